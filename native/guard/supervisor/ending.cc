#include "guard/supervisor/ending.h"

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
      pauseMs_(kShortestPauseMs),
      asking_(containment, {terms.signo, terms.told, terms.group}) {
  if (terms.signo != SIGKILL) ask(startedAt_);
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
    ask(now);
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

void Ending::ask(std::int64_t now) { asking_.round(now, now - startedAt_ >= hardAt_ - now); }

// Whoever was asked and is gone has ended politely.
void Ending::beginHardPhase() {
  hardBegun_ = true;
  const std::size_t known = asking_.known();
  if (known > 0) endedPolitely_ = known - std::min(asking_.alive(), known);
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
