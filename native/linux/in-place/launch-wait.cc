#include "linux/in-place/launch-wait.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "linux/kernel/pidfd.h"
#include "linux/kernel/raw.h"
#include "posix/clock.h"

namespace holdfast {

namespace {

constexpr int kSharingLookMs = 50;
constexpr int kDyingLookMs = 5;
constexpr std::int64_t kDyingMs = 1000;

// While it shares our memory it lives. First the handle, then the look: if that finds it sharing,
// the handle is its.
void signalSharing(int pid, const Sharing& sharing, int signo) {
  const long handle = rawOpenProcess(pid);
  if (!sharing.over()) {
    const long sent = handle < 0 ? handle : rawSignalHandle(handle, signo);
    // Without pidfds a moment remains between the look and the signal (docs/limits.md).
    if (sent < 0 && !sharing.over()) rawSignal(pid, signo);
  }
  if (handle >= 0) rawClose(handle);
}

}  // namespace

LaunchWait::LaunchWait(const Plan& plan, int guard, int deadlineMs)
    : plan_(plan), guard_(guard), deadline_(nowMs() + deadlineMs) {}

// A child that is killed before it has started a root wakes nobody, so its death is polled for.
bool LaunchWait::forRoot() const {
  while (!plan_.rootSharing.over() && (plan_.root > 0 || plan_.initShares() || !guardIsDead())) {
    plan_.rootSharing.awaitEnd(kSharingLookMs);
    if (plan_.rootSharing.over()) break;
    if (isLate()) return false;
    signalAll(SIGCONT);
  }
  return true;
}

bool LaunchWait::forEnd() const {
  while (!plan_.guardSharing.over() && !guardIsDead()) {
    plan_.guardSharing.awaitEnd(kSharingLookMs);
    if (isLate()) return false;
    if (!plan_.guardSharing.over()) signalAll(SIGCONT);
  }
  const UniqueFd handle = openPidfd(guard_);  // the C library is ours again
  while (!guardIsDead() || !plan_.over()) {
    pollfd guard{guardIsDead() ? -1 : handle.get(), POLLIN, 0};
    (void)poll(&guard, 1, kDyingLookMs);
    if (isLate()) return false;
  }
  (void)waitpid(guard_, nullptr, WNOHANG);  // ECHILD: somebody else has
  return true;
}

void LaunchWait::giveUp() const {
  signalAll(SIGKILL);
  const std::int64_t deadline = nowMs() + kDyingMs;
  while (!plan_.guardSharing.over() && !guardIsDead() && nowMs() < deadline)
    plan_.guardSharing.awaitEnd(kSharingLookMs);
}

bool LaunchWait::isLate() const { return nowMs() >= deadline_; }

bool LaunchWait::guardIsDead() const { return rawIsDead(guard_); }

void LaunchWait::signalAll(int signo) const {
  signalSharing(guard_, plan_.guardSharing, signo);
  if (plan_.initShares()) signalSharing(plan_.init->pid, plan_.init->sharing, signo);
  // In a namespace the root has another pid out here; it ends with the init.
  if (plan_.rootShares() && !plan_.init) signalSharing(plan_.root, plan_.rootSharing, signo);
}

}  // namespace holdfast
