#include "guard/ending.h"

#include <signal.h>

#include <algorithm>

#include "posix/clock.h"

namespace holdfast {

namespace {

constexpr std::int64_t kNewbornMs = 50;       // how often the grace looks for new members
constexpr std::int64_t kLongestPauseMs = 50;  // between two sweeps
constexpr std::int64_t kProofMs = 4500;       // kill() settles within 5 s

std::int64_t hardAtOf(const EndTerms& terms, std::int64_t now) {
  return terms.signo == SIGKILL ? now : now + static_cast<std::int64_t>(terms.graceMs);
}

}  // namespace

Ending::Ending(Containment& containment, const EndTerms& terms)
    : containment_(containment),
      terms_(terms),
      startedAt_(nowMs()),
      hardAt_(hardAtOf(terms, startedAt_)),
      nextAt_(startedAt_) {
  if (terms.signo != SIGKILL) signalNewMembers();
}

void Ending::hasten(const EndTerms& terms) {
  const std::int64_t now = nowMs();
  hardAt_ = std::min(hardAt_, hardAtOf(terms, now));
  nextAt_ = now;
}

void Ending::advance() {
  const std::int64_t now = nowMs();
  if (now < nextAt_) return;
  if (now < hardAt_) {
    signalNewMembers();
    nextAt_ = std::min(hardAt_, now + kNewbornMs);
    return;
  }
  sweep();
  const std::int64_t after = nowMs();
  nextAt_ = after + std::max(pauseMs_, after - now);
  pauseMs_ = std::min(pauseMs_ * 2, kLongestPauseMs);
}

bool Ending::overdue() const { return nowMs() >= hardAt_ + kProofMs; }

std::size_t Ending::endedPolitely() const {
  return static_cast<std::size_t>(std::count_if(
      asked_.begin(), asked_.end(), [&](const Key& key) { return killed_.count(key) == 0; }));
}

// A stopped member cannot act on a polite signal, so it is continued.
void Ending::signalNewMembers() {
  for (const Member& member : containment_.members()) {
    if (!asked_.insert({member.identity.pid, member.identity.startTime}).second) continue;
    (void)containment_.signalMember(member.identity, terms_.signo);  // survivors are reported
    (void)containment_.signalMember(member.identity, SIGCONT);
  }
}

void Ending::sweep() {
  for (const Identity& identity : containment_.killAll())
    killed_.insert({identity.pid, identity.startTime});
  containment_.reap();
}

}  // namespace holdfast
