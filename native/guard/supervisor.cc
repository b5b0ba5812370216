#include "guard/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "posix/choose-containment.h"
#include "posix/clock.h"

namespace holdfast {

namespace {

constexpr std::int64_t kNever = INT64_MAX;
constexpr std::int64_t kLingerMs = 1000;  // between sweeps once survivors have been reported

std::int64_t numberIn(std::string_view field) {
  std::int64_t number = 0;
  (void)std::from_chars(field.data(), field.data() + field.size(), number);  // 0 is refused below
  return number;
}

std::string whyAlive(Containment& containment, const Member& member) {
  if (member.state == 'D') return "uninterruptible";
  return containment.signalMember(member.identity, SIGKILL) == EPERM ? "denied" : "alive";
}

// The guard holds nothing of the user's and is in nobody's way: no descriptor, no terminal, no
// directory that could not be unmounted.
void stepAside() {
  for (int fd = 0; fd <= 2; ++fd) {
    UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (null && null.get() != fd) (void)dup2(null.get(), fd);
    if (null.get() == fd) (void)null.release();
  }
  closeInherited();
  (void)setsid();  // fails only for a group leader, and a guard is none
  (void)chdir("/");
}

}  // namespace

void superviseTree(OwnerLink link, LaunchedTree tree) {
  stepAside();
  Supervisor(std::move(link), std::move(tree)).run();
}

Supervisor::Supervisor(OwnerLink link, LaunchedTree tree)
    : link_(std::move(link)),
      tree_(std::move(tree)),
      childSignals_(openChildSignals()),
      startedAt_(nowMs()) {}

void Supervisor::run() {
  while (!finished()) {
    tree_.containment->reap();
    serveRequests();  // whoever ends the root says so before
    observeOwner();
    observeRoot();
    reportStops();
    checkTimeout();
    advance();
    if (!finished()) wait();
  }
}

bool Supervisor::finished() const {
  const bool ownerStillAsks = link_.open() && rootReported_ && !rootCollected_;
  return empty_ && reported_ && !ownerStillAsks && !link_.hasUnsent();
}

void Supervisor::wait() {
  const short linkEvents = static_cast<short>(POLLIN | (link_.hasUnsent() ? POLLOUT : 0));
  pollfd watched[] = {{childSignals_.get(), POLLIN, 0},
                      {link_.open() ? link_.fd() : -1, linkEvents, 0},
                      {tree_.owner.fd(), POLLIN, 0},
                      {tree_.containment->newsFd(), POLLIN, 0}};
  (void)poll(watched, 4, waitMs());  // EINTR and timeouts are looked at alike
  char drained[1024];
  if (watched[0].revents != 0)
    (void)!read(childSignals_.get(), drained, sizeof drained);  // reap() asks the kernel itself
  if ((watched[1].revents & POLLOUT) != 0) link_.flush();
}

void Supervisor::serveRequests() {
  for (const std::string& request : link_.receive()) serve(request);
}

int Supervisor::waitMs() const {
  std::int64_t at = kNever;
  if (ending_ && !empty_) at = reported_ ? nowMs() + kLingerMs : ending_->nextAt();
  if (!ending_ && !released_ && tree_.terms.timeoutMs > 0)
    at = std::min(at, startedAt_ + static_cast<std::int64_t>(tree_.terms.timeoutMs));
  if (const auto every = tree_.containment->lookEveryMs()) at = std::min(at, nowMs() + *every);
  if (at == kNever) return -1;
  return static_cast<int>(std::clamp<std::int64_t>(at - nowMs(), 0, 1 << 30));
}

void Supervisor::observeOwner() {
  if (released_) return;
  pollfd owner{tree_.owner.fd(), POLLIN, 0};
  const bool dead = tree_.owner.fd() >= 0 && poll(&owner, 1, 0) == 1;
  const bool linkCounts = tree_.owner.isSpawner() || tree_.terms.endsWithLink;
  const bool gone = linkCounts && !link_.open();
  if (!dead && !gone) return;
  tree_.owner.forget();
  const bool polite = tree_.terms.whenOwnerDies == WhenOwnerDies::terminate;
  if (ending_ && polite) return;  // it is being ended, as politely as was asked
  begin({EndReason::ownerDied, polite ? SIGTERM : SIGKILL, tree_.terms.graceMs});
}

void Supervisor::observeRoot() {
  const auto status = tree_.containment->rootStatus();
  if (!status || rootReported_) return;
  rootReported_ = true;
  const bool exited = status->kind == ExitStatus::Kind::exited;
  link_.send((exited ? "exited " : "signaled ") + std::to_string(status->value));
  if (!link_.open()) tree_.containment->collectRoot();
  if (released_ || tree_.terms.whenRootExits == WhenRootExits::wait) return;
  const bool polite = tree_.terms.whenRootExits == WhenRootExits::terminate;
  if (ending_ && polite) return;
  if (!ending_) begin({EndReason::rootExited, polite ? SIGTERM : SIGKILL, tree_.terms.graceMs});
}

void Supervisor::reportStops() {
  while (const auto change = tree_.containment->takeStopChange())
    link_.send(*change == 0 ? "continued" : "stopped " + std::to_string(*change));
}

void Supervisor::checkTimeout() {
  if (ending_ || released_ || tree_.terms.timeoutMs == 0) return;
  if (nowMs() < startedAt_ + static_cast<std::int64_t>(tree_.terms.timeoutMs)) return;
  begin({EndReason::timeout, tree_.terms.timeoutSignal, tree_.terms.graceMs});
}

void Supervisor::serve(const std::string& request) {
  const std::vector<std::string_view> fields = splitFields(request);
  const std::string_view word = fields.empty() ? std::string_view{} : fields[0];
  if (word == "end" && fields.size() == 4) return serveEnd(fields);
  if (word == "signal" && fields.size() == 2)
    return serveSignal(static_cast<int>(numberIn(fields[1])));
  if (word == "members") return serveMembers();
  if (word == "usage") return serveUsage();
  if (word == "release") return serveRelease();
  if (word == "resume") return serveResume();
  if (word == "root" && fields.size() == 2) {
    (void)tree_.containment->signalMember(tree_.root, static_cast<int>(numberIn(fields[1])));
    return;
  }
  if (word != "collected") return link_.send("unknown " + escapeField(request));
  rootCollected_ = true;
  tree_.containment->collectRoot();
}

void Supervisor::serveEnd(const std::vector<std::string_view>& fields) {
  EndTerms terms;
  if (fields[1] == "terminate") terms.reason = EndReason::terminate;
  if (fields[1] == "abort") terms.reason = EndReason::abort;
  const auto signo = static_cast<int>(numberIn(fields[2]));
  terms.signo = signo >= 1 && signo <= SIGRTMAX ? signo : SIGKILL;
  terms.graceMs = static_cast<std::uint64_t>(std::max<std::int64_t>(numberIn(fields[3]), 0));
  begin(terms);
}

void Supervisor::serveSignal(int signo) {
  std::size_t sent = 0;
  for (const Member& member : tree_.containment->members())
    if (tree_.containment->signalMember(member.identity, signo) == 0) ++sent;
  link_.send("sent " + std::to_string(sent));
}

// Whatever stops are reported after `resumed` came after the continuation.
void Supervisor::serveResume() {
  (void)tree_.containment->signalMember(tree_.root, SIGCONT);
  tree_.containment->settleStops();
  reportStops();
  link_.send("resumed");
}

void Supervisor::serveMembers() {
  const std::vector<Member> members = tree_.containment->members();
  for (const Member& member : members)
    link_.send("member " + describe(member.identity) + ' ' + std::to_string(member.ppid) + ' ' +
               member.state + ' ' + escapeField(member.name));
  link_.send("members " + std::to_string(members.size()));
}

void Supervisor::serveUsage() {
  const Usage usage = tree_.containment->usage();
  link_.send("usage " + std::to_string(usage.processes) + ' ' +
             std::to_string(usage.cpuMicroseconds) + ' ' + std::to_string(usage.memoryBytes));
}

void Supervisor::serveRelease() {
  try {
    if (tree_.record) tree_.record->append("released\n");
    tree_.containment->release();
    released_ = true;
    tree_.owner.forget();
    link_.send("released");
  } catch (const OsError& error) {
    link_.send("not-released " + describe(error));
  }
}

void Supervisor::begin(const EndTerms& terms) {
  if (ending_) return ending_->hasten(terms);
  ending_.emplace(*tree_.containment, terms);
}

void Supervisor::advance() {
  if (empty_ || (!ending_ && !rootReported_)) return;
  empty_ = tree_.containment->empty();
  if (!empty_ && ending_ && ending_->advance()) empty_ = tree_.containment->empty();
  if (empty_) {
    observeRoot();
    dissolve();
    const EndReason byItself = released_ ? EndReason::released : EndReason::ended;
    if (!reported_) reportEnd(ending_ ? ending_->reason() : byItself);
  } else if (ending_ && !reported_ && ending_->overdue()) {
    reportSurvivors();
    reportEnd(ending_->reason());
  }
}

void Supervisor::dissolve() {
  tree_.containment->dissolve();
  if (tree_.record) tree_.record->remove();
}

void Supervisor::reportSurvivors() {
  for (const Member& member : tree_.containment->members())
    link_.send("survivor " + describe(member.identity) + ' ' +
               whyAlive(*tree_.containment, member) + ' ' + escapeField(member.name));
}

void Supervisor::reportEnd(EndReason reason) {
  reported_ = true;
  const std::int64_t begun = ending_ ? ending_->startedAt() : nowMs();
  link_.send("empty " + std::string(nameOf(reason)) + ' ' +
             std::to_string(ending_ ? ending_->endedPolitely() : 0) + ' ' +
             std::to_string(ending_ ? ending_->killed() : 0) + ' ' +
             std::to_string(nowMs() - begun));
}

}  // namespace holdfast
