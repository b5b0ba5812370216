#include "guard/ending.h"

#include <signal.h>

#include <algorithm>

#include "posix/clock.h"

namespace holdfast {

namespace {

constexpr std::int64_t kNewbornMs = 50;       // how often the grace looks for new members
constexpr std::int64_t kShortestPauseMs = 1;  // between two sweeps
constexpr std::int64_t kLongestPauseMs = 50;
constexpr std::int64_t kProofMs = 4500;  // kill() settles within 5 s

std::int64_t hardAtOf(const EndTerms& terms, std::int64_t now) {
  const auto grace = static_cast<std::int64_t>(std::min(terms.graceMs, kLongestMs));
  return terms.signo == SIGKILL ? now : now + grace;
}

}  // namespace

Ending::Ending(Containment& containment, const EndTerms& terms)
    : containment_(containment),
      terms_(terms),
      startedAt_(nowMs()),
      hardAt_(hardAtOf(terms, startedAt_)),
      nextAt_(startedAt_),
      pauseMs_(kShortestPauseMs) {
  if (terms.signo != SIGKILL) signalNewMembers();
}

void Ending::hasten(const EndTerms& terms) {
  const std::int64_t now = nowMs();
  const std::int64_t hardAt = hardAtOf(terms, now);
  if (hardAt >= hardAt_) return;
  hardAt_ = hardAt;
  nextAt_ = now;
}

bool Ending::advance() {
  const std::int64_t now = nowMs();
  if (now < nextAt_) return false;
  if (now < hardAt_) {
    signalNewMembers();
    nextAt_ = std::min(hardAt_, now + kNewbornMs);
    return true;
  }
  sweep();
  const std::int64_t after = nowMs();
  nextAt_ = after + std::max(pauseMs_, after - now);
  pauseMs_ = std::min(pauseMs_ * 2, kLongestPauseMs);
  return true;
}

bool Ending::overdue() const { return nowMs() >= hardAt_ + kProofMs; }

// One whose start time cannot be read (any more) is told by its pid.
bool Ending::wasAsked(const Identity& member) const {
  if (asked_.count({member.pid, 0}) != 0) return true;
  const auto next = asked_.lower_bound({member.pid, member.startTime});
  if (next == asked_.end() || next->first != member.pid) return false;
  return member.startTime == 0 || next->second == member.startTime;
}

// A stopped member cannot act on a polite signal, so it is continued.
void Ending::signalNewMembers() {
  for (const Member& member : containment_.members()) {
    if (wasAsked(member.identity)) continue;
    asked_.insert({member.identity.pid, member.identity.startTime});
    (void)containment_.signalMember(member.identity, terms_.signo);  // survivors are reported
    (void)containment_.signalMember(member.identity, SIGCONT);
  }
}

// Whoever was asked and is gone has ended politely.
void Ending::beginHardPhase() {
  hardBegun_ = true;
  if (asked_.empty()) return;
  std::size_t alive = 0;
  for (const Member& member : containment_.members()) alive += wasAsked(member.identity) ? 1 : 0;
  endedPolitely_ = asked_.size() - std::min(alive, asked_.size());
}

// Where somebody new was hit there may be more behind.
void Ending::sweep() {
  if (!hardBegun_) beginHardPhase();
  const std::size_t hit = containment_.killAll();
  killed_ += hit;
  if (hit > 0) pauseMs_ = kShortestPauseMs;
  containment_.reap();
}

}  // namespace holdfast
