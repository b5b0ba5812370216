#include "guard/supervisor/supervisor.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "core/records/record.h"
#include "core/tree-names.h"
#include "guard/step-aside.h"
#include "guard/supervisor/answers.h"
#include "posix/await-events.h"
#include "posix/clock.h"
#include "posix/descriptor-right.h"
#include "posix/port/process.h"
#include "posix/port/promptness.h"
#include "posix/port/signals.h"

namespace holdfast {

namespace {

constexpr std::int64_t kBlindMs = 300;        // shortages pass
constexpr std::int64_t kStoppedLookMs = 250;  // whether a stopped front was asked to end
constexpr std::int64_t kLingerMs = 1000;      // between sweeps once survivors have been reported

}  // namespace

// The first step comes before everything else: a short command is over by now, and its owner waits
// for the news.
void superviseTree(OwnerLink link, LaunchedTree tree, std::optional<FrontTies> front) {
  takeDescriptorRight();
  bePrompt();
  Supervisor supervisor(std::move(link), std::move(tree), std::move(front));
  supervisor.step();
  supervisor.keepOpen();
  supervisor.watchCallers();
  stepAside();
  supervisor.beginRelay();
  supervisor.run();
}

Supervisor::Supervisor(OwnerLink link, LaunchedTree tree, std::optional<FrontTies> front)
    : link_(std::move(link)),
      tree_(std::move(tree)),
      front_(std::move(front)),
      childSignals_(openChildSignals()),
      timeoutAt_(kNever) {
  const auto timeoutMs = static_cast<std::int64_t>(tree_.terms.timeoutMs);
  if (timeoutMs > 0) timeoutAt_ = nowMs() + timeoutMs;
}

void Supervisor::run() {
  if (!empty()) settle();
  while (!finished()) {
    wait();
    step();
  }
}

void Supervisor::step() {
  takeDescriptorRight();
  tree_.containment->reap();
  serveRequests();  // whoever ends the root says so before
  observeOwner();
  observeRoot();
  reportStops();
  observeFront();
  checkTimeout();
  advance();
  giveUpIfBlind();
}

// Not for a tree that has ended at the first look: nobody has to find it.
void Supervisor::settle() {
  tree_.recordRoot();
  if (!tree_.record) return;
  try {
    commands_.emplace(tree_.record->socketPath());
    tree_.record->append(socketLine(socketNameOf(tree_.terms.treeId)));
  } catch (const OsError&) {
    commands_.reset();  // the record names no socket, so nobody asks here
  }
}

bool Supervisor::finished() const {
  const bool ownerStillAsks = link_.open() && rootStage_ == RootStage::ended;
  return empty() && reported() && !ownerStillAsks && !link_.hasUnsent();
}

void Supervisor::wait() {
  const int linkEvents = (link_.congested() ? 0 : POLLIN) | (link_.hasUnsent() ? POLLOUT : 0);
  std::vector<pollfd> watched{{childSignals_.get(), POLLIN, 0},
                              {link_.open() ? link_.fd() : -1, static_cast<short>(linkEvents), 0},
                              {tree_.owner.fd(), POLLIN, 0},
                              {tree_.containment->newsFd(), POLLIN, 0}};
  if (front_) front_->watch(watched);
  if (commands_) commands_->watch(watched);
  // EINTR and timeouts are looked at alike
  (void)awaitEvents(watched.data(), watched.size(), waitMs());
  char drained[1024];
  if (watched[0].revents != 0)
    (void)!read(childSignals_.get(), drained, sizeof drained);  // reap() asks the kernel itself
  if ((watched[1].revents & POLLOUT) != 0) link_.flush();
}

int Supervisor::waitMs() const {
  std::int64_t at = timeoutAt_;
  if (ending_ && !empty()) at = std::min(at, reported() ? nowMs() + kLingerMs : ending_->nextAt());
  if (front_) at = std::min(at, front_->nextAt());
  if (front_ && rootStage_ == RootStage::stopped) at = std::min(at, nowMs() + kStoppedLookMs);
  at = std::min(at, dueAt());
  if (commands_) at = std::min(at, commands_->nextAt());
  if (const auto every = tree_.containment->lookEveryMs()) at = std::min(at, nowMs() + *every);
  if (blindSince_) at = std::min(at, *blindSince_ + kBlindMs);
  if (commands_ && commands_->hasRequest()) return 0;
  if (at == kNever) return -1;
  return static_cast<int>(std::clamp<std::int64_t>(at - nowMs(), 0, 1 << 30));
}

void Supervisor::observeOwner() {
  if (stage_ == Stage::released) return;
  const bool dead = isReadable(tree_.owner.fd());
  const bool frontLeft = front_ && front_->hasLeft();
  const bool isOwners = tree_.owner.isSpawner() || tree_.terms.front.has_value();
  const bool gone = isOwners && !frontLeft && !link_.open();
  if (!dead && !gone) return;
  tree_.owner.forget();
  loseOwner();
}

void Supervisor::loseOwner() {
  const bool polite = tree_.terms.whenOwnerDies == WhenOwnerDies::terminate;
  if (ending_ && polite) return;  // it is being ended, as politely as was asked
  if (polite && front_) return beginSoon(tree_.terms.graceMs);
  begin({EndReason::ownerDied, polite ? SIGTERM : SIGKILL, tree_.terms.graceMs});
}

void Supervisor::observeRoot() {
  const auto status = tree_.containment->rootStatus();
  if (!status || rootHasEnded()) return;
  rootStage_ = RootStage::ended;
  link_.send(lineOf(fact::RootEnded{*status}));
  if (!link_.open()) tree_.containment->collectRoot();
  if (tree_.terms.front)
    (void)signalProcess(tree_.terms.front->identity, SIGCONT);  // stopped, it hears nothing
  if (stage_ != Stage::held || tree_.terms.whenRootExits == WhenRootExits::wait) return;
  const bool polite = tree_.terms.whenRootExits == WhenRootExits::terminate;
  if (ending_ && polite) return;
  // Somebody has asked the root to end, which may have asked others.
  const Told told = toldLately() == Told::nobody ? Told::nobody : Told::root;
  if (!ending_)
    begin({EndReason::rootExited, polite ? SIGTERM : SIGKILL, tree_.terms.graceMs, told});
}

// While the owner does not read, changes stay in the containment, which bounds their number: a
// member may stop and continue the root as often as it likes.
void Supervisor::reportStops() {
  while (!link_.hasUnsent()) {
    const auto change = tree_.containment->takeStopChange();
    if (!change) return;
    const bool stopped = *change != 0;
    if (!rootHasEnded()) rootStage_ = stopped ? RootStage::stopped : RootStage::running;
    link_.send(stopped ? lineOf(fact::RootStopped{*change}) : lineOf(fact::RootContinued{}));
    if (!stopped && tree_.terms.front)
      (void)signalProcess(tree_.terms.front->identity, SIGCONT);  // it stopped with its root
  }
}

// Also where an end has begun already, which may have any time.
void Supervisor::checkTimeout() {
  if (nowMs() < timeoutAt_) return;
  timeoutAt_ = kNever;
  begin({EndReason::timeout, tree_.terms.timeoutSignal, tree_.terms.graceMs});
}

void Supervisor::begin(const EndTerms& terms) {
  if (ending_) return ending_->hasten(terms);
  ending_.emplace(*tree_.containment, terms);
}

void Supervisor::advance() {
  if (empty() || (!ending_ && !rootHasEnded())) return;
  if (isEmptyNow()) return concludeEmpty();
  if (!ending_ || reported() || !ending_->overdue()) return;
  reportSurvivors();
  reportEnd(ending_->reason());
}

bool Supervisor::isEmptyNow() {
  if (tree_.containment->empty()) return true;
  return ending_ && ending_->advance() && tree_.containment->empty();
}

void Supervisor::concludeEmpty() {
  const EndReason byItself = stage_ == Stage::released ? EndReason::released : EndReason::ended;
  observeRoot();
  stage_ = Stage::empty;
  dissolve();
  if (!reported()) reportEnd(ending_ ? ending_->reason() : byItself);
}

void Supervisor::dissolve() {
  tree_.containment->dissolve();
  if (tree_.record) tree_.record->remove();
}

void Supervisor::reportSurvivors() {
  for (const std::string& line : survivors()) tell(line);
}

// Not empty while the tree is not empty: the guard itself stands for members that it cannot name.
std::vector<std::string> Supervisor::survivors() {
  if (empty()) return {};
  std::vector<std::string> lines = survivorLines(*tree_.containment);
  if (!lines.empty()) return lines;
  tree_.containment->reap();  // one that has died meanwhile is no survivor
  if (!tree_.containment->empty()) lines.push_back(unnamedSurvivorLine());
  return lines;
}

// The process that takes over from a dead guard has descriptors of its own. The members that this
// guard knows are killed before.
void Supervisor::giveUpIfBlind() {
  if (empty() || !tree_.containment->blind()) return blindSince_.reset();
  const std::int64_t now = nowMs();
  if (!blindSince_) blindSince_ = now;
  if (now < *blindSince_ + kBlindMs) return;
  if (stage_ == Stage::held) (void)tree_.containment->killAll();
  throw std::runtime_error("this guard sees nobody any more: its tree is left to recovery");
}

void Supervisor::reportEnd(EndReason reason) {
  report_ = emptyLine(reason, ending_);
  tell(report_);
}

void Supervisor::tell(const std::string& fact) {
  link_.send(fact);
  if (commands_) commands_->tell(fact);
}

}  // namespace holdfast
