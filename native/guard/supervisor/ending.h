// The way to an empty tree: polite signals until the grace is over, then SIGKILL until nothing
// is left or the time for a proof has run out.
#pragma once

#include <cstdint>

#include "core/facts.h"
#include "guard/supervisor/asking.h"
#include "posix/tree/containment.h"

namespace holdfast {

struct EndTerms {
  EndReason reason = EndReason::kill;
  int signo = 9;  // 9 skips the grace
  std::uint64_t graceMs = 0;
  Told told = Told::nobody;
  int group = 0;
};

class Ending {
 public:
  Ending(Containment& containment, const EndTerms& terms);

  // A later wish can only hasten the end; the first reason stands.
  void hasten(const EndTerms& terms);
  // Does what is due now. Whether anything was.
  bool advance();
  // When advance() wants to be called again at the latest, in ms of the monotonic clock.
  std::int64_t nextAt() const { return nextAt_; }
  // Emptiness could not be reached in time: the owner gets a report with survivors.
  bool overdue() const;

  EndReason reason() const { return terms_.reason; }
  std::int64_t startedAt() const { return startedAt_; }
  std::size_t killed() const { return killed_; }
  std::size_t endedPolitely() const { return hardBegun_ ? endedPolitely_ : asking_.known(); }

 private:
  void ask(std::int64_t now);
  void beginHardPhase();
  void sweep();

  Containment& containment_;
  EndTerms terms_;
  std::int64_t startedAt_;
  std::int64_t hardAt_;
  std::int64_t nextAt_;
  std::int64_t pauseMs_;
  Asking asking_;
  bool hardBegun_ = false;
  std::size_t endedPolitely_ = 0;
  std::size_t killed_ = 0;
};

}  // namespace holdfast
