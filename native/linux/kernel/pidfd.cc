#include "linux/kernel/pidfd.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "linux/kernel/own-proc.h"
#include "linux/kernel/proc.h"
#include "posix/standard-descriptors.h"

namespace holdfast {

namespace {

// As include/uapi/linux/pidfd.h of Linux 6.13 has it; older headers do not.
struct PidfdInfo {
  std::uint64_t mask;
  std::uint64_t cgroup;
  std::uint32_t pid;
  std::uint32_t threadGroup;
  std::uint32_t parent;
  std::uint32_t ids[8];
  std::int32_t exitCode;
};
constexpr unsigned long kGetInfo = _IOWR(0xFF, 11, PidfdInfo);
constexpr std::uint64_t kInfoPid = 1;  // always answered

}  // namespace

UniqueFd openPidfd(int pid) {
  return aboveStandard(UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))));
}

int signalPidfd(int pidfd, int signo) {
  return syscall(SYS_pidfd_send_signal, pidfd, signo, nullptr, 0) == 0 ? 0 : errno;
}

int parentByHandle(const UniqueFd& pidfd) {
  PidfdInfo info{};
  info.mask = kInfoPid;
  return pidfd && ioctl(pidfd.get(), kGetInfo, &info) == 0 ? static_cast<int>(info.parent) : 0;
}

Signalled signalHolding(const Identity& target, int signo) {
  if (target.pid <= 1 || !procIsOurs()) return {ESRCH, UniqueFd()};
  // First the handle, then the look: if the look shows the right process, the handle is its.
  UniqueFd pidfd = openPidfd(target.pid);
  auto stat = readStat(target.pid);
  if (!stat && pidfd && errno == EMFILE) {  // it was the last descriptor
    pidfd.reset();
    stat = readStat(target.pid);
  }
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
