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

int signalChild(const UniqueFd& handle, int pid, int signo) {
  if (handle) {
    const int error = signalPidfd(handle.get(), signo);
    if (error != ENOSYS && error != EPERM) return error;  // those may come from a filter
  }
  return kill(pid, signo) == 0 ? 0 : errno;
}

Identity ownIdentity() {
  // A fork has another pid and looks again; so does a child that shares this thread's memory.
  thread_local Identity known;
  if (known.pid != getpid()) known = identityOf(getpid()).value_or(Identity{getpid(), 0});
  return known;
}

int parentOf(int pid) {
  const auto stat = readStat(pid);
  return stat ? stat->ppid : 0;
}

}  // namespace holdfast
