// Waits for the deaths of many processes at once. Processes are added while another thread waits,
// without waking it.
#pragma once

#include "posix/unique-fd.h"

namespace holdfast {

class DeathWatch {
 public:
  // Throws OsError.
  DeathWatch();

  // `handle` is openProcess()'s. Throws OsError.
  void add(const UniqueFd& handle);
  // Before it is closed. An empty one, or one that was never added, is ignored.
  void remove(const UniqueFd& handle);
  // Returns at a death, at wake(), or when the time is over (-1: never).
  void wait(int timeoutMs);
  void wake();

 private:
  UniqueFd queue_;
  UniqueFd waker_;
};

}  // namespace holdfast
