#include "linux/pidfd.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "linux/proc.h"

namespace holdfast {

UniqueFd openPidfd(int pid) { return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))); }

int signalPidfd(int pidfd, int signo) {
  return syscall(SYS_pidfd_send_signal, pidfd, signo, nullptr, 0) == 0 ? 0 : errno;
}

Signalled signalHolding(const Identity& target, int signo) {
  if (target.pid <= 1) return {ESRCH, UniqueFd()};
  // First the handle, then the look: if the look shows the right process, the handle is its.
  UniqueFd pidfd = openPidfd(target.pid);
  const auto stat = readStat(target.pid);
  if (!stat || stat->startTime != target.startTime) return {ESRCH, UniqueFd()};
  if (pidfd) {
    const int error = signalPidfd(pidfd.get(), signo);
    const bool refusedByFilter = error == ENOSYS || (error == EPERM && kill(target.pid, 0) == 0);
    if (!refusedByFilter) return {error, std::move(pidfd)};
  }
  // Without pidfds a moment remains between the look and the signal (docs/limits.md).
  return {kill(target.pid, signo) == 0 ? 0 : errno, std::move(pidfd)};
}

int signalIdentity(const Identity& target, int signo) { return signalHolding(target, signo).error; }

}  // namespace holdfast
