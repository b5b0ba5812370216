// The owner's wait for the child that launches a tree in its memory. While that uses the C library,
// the owner does not: only the kernel is used here, unless a call says something else.
#pragma once

#include <cstdint>

#include "linux/in-place/launch-plan.h"

namespace holdfast {

class LaunchWait {
 public:
  LaunchWait(const Plan& plan, int guard, int deadlineMs);

  // Until the root runs its program, or nobody is left who could start it. False: it is too late.
  // A child that somebody has stopped is continued.
  bool forRoot() const;
  // Until the guard, which has started none, is dead and waited for. False: it is too late.
  bool forEnd() const;
  // Kills the child and what it has started. Afterwards the C library is the owner's alone: who is
  // not dead then is in a call that the kernel does not interrupt, and dies in it.
  void giveUp() const;

 private:
  bool isLate() const;
  bool guardIsDead() const;
  void signalAll(int signo) const;

  const Plan& plan_;
  int guard_;
  std::int64_t deadline_;
};

}  // namespace holdfast
