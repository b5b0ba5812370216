#include "guard/supervisor/signal-relay.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "posix/clock.h"
#include "posix/port/signal-state.h"
#include "posix/port/signals.h"

namespace holdfast {

namespace {

constexpr std::int64_t kLeastHeldMs = 10;  // what one loop of signals takes
constexpr std::int64_t kMostHeldMs = 150;  // for a sender who never rests
constexpr std::int64_t kFrontsMs = 1000;   // in which a front answers that is not stopped
constexpr std::int64_t kRestLookMs = 5;    // whether he rests
constexpr std::int64_t kMomentMs = 500;    // in which two signals are one
constexpr std::int64_t kUnnamedMs = 5;     // the same where the sender is not known
constexpr std::size_t kMostEvents = 64;

// The same one, as far as it shows: a group with a member in another PID namespace is told of
// nobody (docs/gotchas.md#who-a-signal-was-sent-to).
bool maySend(int one, int other) { return one == other || one == 0 || other == 0; }

sigset_t allButChildren() {
  sigset_t signals;
  sigfillset(&signals);
  sigdelset(&signals, SIGCHLD);
  return signals;
}

}  // namespace

SignalRelay::SignalRelay() : signals_(openSignals(allButChildren())) {
  while (takeSignal(signals_.get()).signo != 0) continue;
}

void SignalRelay::take(int signo, int sender, bool toGroup) {
  const std::int64_t now = nowMs();
  forgetOld(now);
  const auto isSame = [&](const Event& event) {
    return event.signo == signo && maySend(event.sender, sender);
  };
  const auto isPartOf = [&](const Event& group) {
    const bool isNamed = group.sender == sender && sender != 0;
    return isSame(group) && (isNamed || now - group.at <= kUnnamedMs);
  };
  if (toGroup) {
    held_.erase(std::remove_if(held_.begin(), held_.end(), isSame), held_.end());
    toGroup_.push_back({signo, sender, now});
  } else if (std::any_of(toGroup_.begin(), toGroup_.end(), isPartOf)) {
    return;
  }
  held_.push_back({signo, sender, now, toGroup});
}

// A tool that signals one process after the other may start a program for each of them. So two
// signals may belong together although their senders differ.
void SignalRelay::takeOwn(const std::function<bool(int pid)>& isMember) {
  while (true) {
    const TakenSignal taken = takeSignal(signals_.get());
    if (taken.signo == 0) return;
    if (!taken.fromProcess || own_.size() >= kMostEvents || isMember(taken.sender)) continue;
    own_.push_back({taken.signo, taken.sender, nowMs()});
  }
}

std::vector<RelayedSignal> SignalRelay::settled(const std::function<bool(int pid)>& isMember) {
  takeOwn(isMember);
  const std::int64_t now = nowMs();
  std::vector<RelayedSignal> settled;
  std::vector<Event> still;
  for (const Event& event : held_) {
    if (takeSame(event)) {
      settled.push_back({event.signo, Told::everybody});
    } else if (isSettled(event, now)) {
      settled.push_back({event.signo, event.toGroup ? Told::group : Told::nobody});
    } else {
      still.push_back(event);
    }
  }
  held_ = std::move(still);
  forgetOld(now);
  return settled;
}

// Whether this process was sent it as well.
bool SignalRelay::takeSame(const Event& event) {
  const auto own = std::find_if(own_.begin(), own_.end(), [&](const Event& one) {
    return one.signo == event.signo && (!event.toGroup || maySend(one.sender, event.sender));
  });
  if (own == own_.end()) return false;
  own_.erase(own);
  return true;
}

// The sender is at rest, and the front has told of every signal that came with this one.
bool SignalRelay::isSettled(const Event& event, std::int64_t now) {
  const std::int64_t age = now - event.at;
  if (age < kLeastHeldMs || (age < kMostHeldMs && !isAtRest(event.sender, age))) return false;
  if (checkedAt_ > event.at || age >= kFrontsMs) return true;
  wantsCheck_ = wantsCheck_ || checkAskedAt_ <= event.at;
  return false;
}

bool SignalRelay::wantsCheck() {
  if (!std::exchange(wantsCheck_, false)) return false;
  checkAskedAt_ = nowMs();
  return true;
}

std::int64_t SignalRelay::nextAt() const { return holds() ? nowMs() + kRestLookMs : INT64_MAX; }

void SignalRelay::forgetOld(std::int64_t now) {
  const auto isOld = [&](const Event& event) { return now - event.at > kMomentMs; };
  for (std::vector<Event>* events : {&own_, &toGroup_})
    events->erase(std::remove_if(events->begin(), events->end(), isOld), events->end());
}

}  // namespace holdfast
