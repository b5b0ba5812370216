// What a guard does for the front of `run`: signals, callers, further owners, the stop of its root.

#include <signal.h>

#include <algorithm>
#include <utility>

#include "core/requests.h"
#include "guard/supervisor/supervisor.h"
#include "posix/clock.h"
#include "posix/port/process.h"
#include "posix/port/signal-state.h"
#include "posix/tree/exec-root.h"
#include "posix/tree/pending-signals.h"

namespace holdfast {

namespace {

// After the end of a caller or owner: what has ended it may have been meant for the root as well
// (Ctrl-C), and the front is about to tell.
constexpr std::int64_t kNewsMs = 250;
// A client that has closed the input waits for 2 s before it kills: the root has so long to end by
// itself, and again after SIGTERM.
constexpr std::uint64_t kLongestInputGraceMs = 750;

}  // namespace

void Supervisor::watchCallers() {
  if (front_) front_->watchCallers();
}

void Supervisor::beginRelay() {
  if (front_) front_->beginRelay();
}

void Supervisor::observeFront() {
  if (!front_ || stage_ == Stage::released) return;
  relaySignals();
  const std::uint64_t inputGraceMs = std::min(tree_.terms.graceMs, kLongestInputGraceMs);
  switch (front_->look()) {
    case FrontTies::Loss::none: break;
    case FrontTies::Loss::owner: loseOwner(); break;
    case FrontTies::Loss::caller: beginSoon(tree_.terms.graceMs); break;
    case FrontTies::Loss::input:
      beginAt(nowMs() + static_cast<std::int64_t>(inputGraceMs), inputGraceMs);
      break;
  }
  beginWhenDue();
  wakeFront();
}

void Supervisor::beginAt(std::int64_t at, std::uint64_t graceMs) { due_.push_back({at, graceMs}); }

void Supervisor::beginSoon(std::uint64_t graceMs) { beginAt(nowMs() + kNewsMs, graceMs); }

// Not before the relay has decided who got the signal. Until then the relay says when to look.
std::int64_t Supervisor::dueAt() const {
  std::int64_t at = INT64_MAX;
  if (!front_ || front_->isUndecided()) return at;
  for (const DueEnd& due : due_) at = std::min(at, due.at);
  return at;
}

void Supervisor::beginWhenDue() {
  if (front_->isUndecided()) return;
  const std::int64_t now = nowMs();
  for (const DueEnd& due : std::exchange(due_, {})) {
    if (now < due.at)
      due_.push_back(due);
    else
      begin({EndReason::ownerDied, SIGTERM, due.graceMs, toldLately(), front_->group()});
  }
}

// Stopped with its root it takes no signal.
void Supervisor::wakeFront() {
  if (rootStage_ != RootStage::stopped || !tree_.terms.front) return;
  const Identity& front = tree_.terms.front->identity;
  const sigset_t pending = pendingSignalsOf(front.pid);
  if (sigismember(&pending, SIGTERM) == 1) (void)signalProcess(front, SIGCONT);
}

void Supervisor::relaySignals() {
  if (!front_->relay()) return;
  std::optional<std::vector<Member>> members;  // seldom asked for
  const auto isMember = [&](int pid) {
    if (!members) members = tree_.containment->members();
    return std::any_of(members->begin(), members->end(),
                       [&](const Member& member) { return member.identity.pid == pid; });
  };
  for (const RelayedSignal& signal : front_->relay()->settled(isMember)) passOn(signal);
  if (front_->relay()->wantsCheck()) link_.send(lineOf(fact::Check{}));
}

// SIGTERM begins the ladder, which asks the root first.
void Supervisor::passOn(const RelayedSignal& signal) {
  noteTold(signal.signo, signal.told == Told::nobody ? Told::root : signal.told);
  if (signal.told == Told::everybody) link_.send(lineOf(fact::Everybody{signal.signo}));
  const bool ends = signal.signo == SIGTERM && !isIgnored(SIGTERM);
  const bool asksRoot = ends && !ending_;
  if (ends)
    begin({EndReason::terminate, SIGTERM, tree_.terms.graceMs, signal.told, front_->group()});
  if (signal.told == Told::nobody && !asksRoot)
    (void)tree_.containment->signalMember(tree_.root, signal.signo);
}

// Who sends SIGUSR2 to everybody asks for an end as well (nodemon).
void Supervisor::noteTold(int signo, Told told) {
  const bool asks = signo == SIGINT || signo == SIGTERM || signo == SIGHUP || signo == SIGQUIT;
  const bool mayAsk = (signo == SIGUSR1 || signo == SIGUSR2) && told == Told::everybody;
  if (!asks && !mayAsk) return;
  lastTold_ = told;
  lastToldAt_ = nowMs();
}

Told Supervisor::toldLately() const {
  const std::int64_t graceMs = static_cast<std::int64_t>(std::min(tree_.terms.graceMs, kLongestMs));
  return nowMs() - lastToldAt_ <= graceMs ? lastTold_ : Told::nobody;
}

// front-signal SIGNO SENDER alone|group
void Supervisor::serveFrontSignal(const Fields& fields) {
  if (!front_ || front_->hasLeft()) return;
  const int signo = signoIn(fields[1]);
  const bool cameBeforeGuard = front_->takeEarly(signo);
  const bool cameBeforeRoot = takeFrom(tree_.early, signo) || cameBeforeGuard;
  const bool toGroup = fields[3] == "group" && !cameBeforeRoot;
  if (toGroup) noteTold(signo, Told::group);
  if (front_->relay()) return front_->relay()->take(signo, signoIn(fields[2]), toGroup);
  passOn({signo, toGroup ? Told::group : Told::nobody});  // in the first moments
}

void Supervisor::serveChecked() {
  if (front_ && front_->relay()) front_->relay()->checked();
}

// The tree lives on without the front, under its other owner.
void Supervisor::serveLeave() {
  if (!front_) return;
  front_->leave();
  tree_.terms.front.reset();
  if (tree_.owner.isSpawner()) {
    tree_.containment->release();  // an init of a namespace watches the owner, too
    tree_.owner.forget();
  }
  link_.send(lineOf(fact::Left{}));
}

}  // namespace holdfast
