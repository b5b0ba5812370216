#include "posix/process.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "linux/pidfd.h"
#include "linux/proc.h"

namespace holdfast {

UniqueFd openProcess(int pid) { return openPidfd(pid); }

std::optional<Identity> identityOf(int pid) {
  const auto stat = readStat(pid);
  if (!stat || stat->dead()) return std::nullopt;
  return stat->identity();
}

Identity identityOfChild(int pid) {
  const auto stat = readStat(pid);
  return stat ? stat->identity() : Identity{pid, 0};
}

int signalChild(const UniqueFd& handle, int pid, int signo) {
  if (handle) {
    const int error = signalPidfd(handle.get(), signo);
    if (error != ENOSYS && error != EPERM) return error;  // those may come from a filter
  }
  return kill(pid, signo) == 0 ? 0 : errno;
}

Identity ownIdentity() { return identityOf(getpid()).value_or(Identity{getpid(), 0}); }

int parentOf(int pid) {
  const auto stat = readStat(pid);
  return stat ? stat->ppid : 0;
}

}  // namespace holdfast
