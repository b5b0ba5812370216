#include "windows/tree/ending.h"

#include <algorithm>

#include "windows/clock.h"
#include "windows/kernel/termination.h"

namespace holdfast {

namespace {

constexpr int kKill = 9;
constexpr unsigned kExitCode = 1;             // of whoever is terminated, as libuv gives it
constexpr std::int64_t kSenderMs = 5;         // how often the sender of CTRL_BREAK is looked at
constexpr std::int64_t kNewbornMs = 50;       // how often the grace looks for new windows
constexpr std::int64_t kLongestPauseMs = 50;  // between two terminations
constexpr std::int64_t kProofMs = 4500;       // kill() settles within 5 s

std::int64_t hardAtOf(const EndTerms& terms, std::int64_t now) {
  return terms.signo == kKill ? now : now + static_cast<std::int64_t>(terms.graceMs);
}

}  // namespace

Ending::Ending(Job& job, const EndTerms& terms, const std::wstring& guardPath)
    : job_(job),
      terms_(terms),
      startedAt_(nowMs()),
      hardAt_(hardAtOf(terms, startedAt_)),
      nextAt_(startedAt_) {
  if (terms.signo == kKill) return;
  const std::vector<Member> members = job_.members();
  for (const Member& member : members)
    present_.insert({member.identity.pid, member.identity.startTime});
  request_.emplace(members, guardPath);
}

void Ending::hasten(const EndTerms& terms) {
  const std::int64_t now = nowMs();
  hardAt_ = std::min(hardAt_, hardAtOf(terms, now));
  nextAt_ = now;
}

int Ending::advance() {
  const std::int64_t now = nowMs();
  if (now < nextAt_) return 0;
  if (now < hardAt_) waitPolitely(now);
  if (now < hardAt_) return 0;
  beginHardPhase();
  job_.terminate(kExitCode);
  nextAt_ = nowMs() + pauseMs_;
  pauseMs_ = std::min(pauseMs_ * 2, kLongestPauseMs);
  return hardSignal_;
}

bool Ending::overdue() const { return nowMs() >= hardAt_ + kProofMs; }

// A program that nobody can ask is given the signal as Node gives it on Windows: it is terminated.
void Ending::waitPolitely(std::int64_t now) {
  const PoliteRequest::State state = request_->state();
  if (state == PoliteRequest::State::pending) {
    nextAt_ = std::min(hardAt_, now + kSenderMs);
  } else if (state == PoliteRequest::State::nobodyToAsk) {
    hardSignal_ = terminationOf(terms_.signo);
    hardAt_ = now;
  } else {
    request_->askMore(job_.members());
    nextAt_ = std::min(hardAt_, now + kNewbornMs);
  }
}

void Ending::beginHardPhase() {
  if (hardBegun_) return;
  hardBegun_ = true;
  killed_ = job_.activeProcesses();
  if (present_.empty()) return;
  std::size_t alive = 0;
  for (const Member& member : job_.members())
    alive += present_.count({member.identity.pid, member.identity.startTime});
  endedPolitely_ = present_.size() - alive;
}

}  // namespace holdfast
