// The way to an empty job: polite requests where somebody can be asked, then TerminateJobObject
// until nobody is left or the time for a proof has run out.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/facts.h"
#include "windows/kernel/job.h"
#include "windows/kernel/polite-request.h"

namespace holdfast {

struct EndTerms {
  EndReason reason = EndReason::kill;
  int signo = 9;  // 9 skips the grace
  std::uint64_t graceMs = 0;
};

class Ending {
 public:
  // `guardPath` as PoliteRequest takes it.
  Ending(Job& job, const EndTerms& terms, const std::wstring& guardPath);

  // A later wish can only hasten the end; the first reason stands.
  void hasten(const EndTerms& terms);
  // Does what is due now. The signal that the members have been terminated with, or 0.
  int advance();
  std::int64_t nextAt() const { return nextAt_; }
  // Emptiness could not be reached in time: the owner gets a report with survivors.
  bool overdue() const;

  EndReason reason() const { return terms_.reason; }
  std::int64_t startedAt() const { return startedAt_; }
  std::size_t killed() const { return killed_; }
  std::size_t endedPolitely() const { return hardBegun_ ? endedPolitely_ : present_.size(); }

 private:
  using Key = std::pair<int, std::uint64_t>;

  void waitPolitely(std::int64_t now);
  void beginHardPhase();

  Job& job_;
  EndTerms terms_;
  std::int64_t startedAt_;
  std::int64_t hardAt_;
  std::int64_t nextAt_;
  std::int64_t pauseMs_ = 1;
  std::set<Key> present_;  // when they were asked
  std::optional<PoliteRequest> request_;
  int hardSignal_ = 9;
  bool hardBegun_ = false;
  std::size_t endedPolitely_ = 0;
  std::size_t killed_ = 0;
};

}  // namespace holdfast
