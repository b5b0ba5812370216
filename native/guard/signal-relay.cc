#include "guard/signal-relay.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "posix/choose-containment.h"
#include "posix/clock.h"
#include "posix/signal-state.h"

namespace holdfast {

namespace {

constexpr std::int64_t kLeastHeldMs = 10;  // what one loop of signals takes
constexpr std::int64_t kMostHeldMs = 150;  // for a sender who never rests
constexpr std::int64_t kLookMs = 5;        // whether he rests
constexpr std::int64_t kMomentMs = 500;    // in which two signals are one
constexpr std::size_t kMostEvents = 64;

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
    return event.signo == signo && event.sender == sender;
  };
  if (toGroup) {
    held_.erase(std::remove_if(held_.begin(), held_.end(), isSame), held_.end());
    toGroup_.push_back({signo, sender, now});
    settled_.push_back({signo, Told::group});
  } else if (std::none_of(toGroup_.begin(), toGroup_.end(), isSame)) {
    held_.push_back({signo, sender, now});
  }
}

// The tools that go from process to process may start another program for each of them, so it is
// not the sender that makes two signals one.
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
  std::vector<Event> still;
  for (const Event& event : held_) {
    const auto own = std::find_if(own_.begin(), own_.end(),
                                  [&](const Event& one) { return one.signo == event.signo; });
    const std::int64_t age = now - event.at;
    if (own != own_.end()) {
      own_.erase(own);
      settled_.push_back({event.signo, Told::everybody});
    } else if (age < kLeastHeldMs || (age < kMostHeldMs && isSending(event.sender, age))) {
      still.push_back(event);
    } else {
      settled_.push_back({event.signo, Told::nobody});
    }
  }
  held_ = std::move(still);
  forgetOld(now);
  return std::exchange(settled_, {});
}

std::int64_t SignalRelay::nextAt() const {
  if (!settled_.empty()) return 0;
  return held_.empty() ? INT64_MAX : nowMs() + kLookMs;
}

void SignalRelay::forgetOld(std::int64_t now) {
  const auto isOld = [&](const Event& event) { return now - event.at > kMomentMs; };
  for (std::vector<Event>* events : {&own_, &toGroup_})
    events->erase(std::remove_if(events->begin(), events->end(), isOld), events->end());
}

}  // namespace holdfast
