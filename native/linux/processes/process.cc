#include "posix/port/process.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "core/text/lines.h"
#include "linux/kernel/clone.h"
#include "linux/kernel/own-proc.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/proc.h"
#include "posix/files.h"

namespace holdfast {

namespace {

std::optional<ProcessStat> statOf(int pid) { return procIsOurs() ? readStat(pid) : std::nullopt; }

}  // namespace

UniqueFd openProcess(int pid) { return openPidfd(pid); }

std::optional<Identity> identityOf(int pid) {
  const auto stat = statOf(pid);
  if (!stat || stat->dead()) return std::nullopt;
  return stat->identity();
}

std::optional<Member> memberNow(const Identity& identity) {
  const auto stat = statOf(identity.pid);
  if (!stat || stat->dead() || stat->startTime != identity.startTime) return std::nullopt;
  return memberOf(*stat);
}

void requireProcessTable() { requireOwnProc(); }

// `1: FLOCK  ADVISORY  WRITE 4711 08:01:123456 0 EOF` (proc_locks(5)). The device there may be
// another than stat(2) tells (btrfs), so the inode has to do.
bool holdsLock(int pid, const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return false;
  const std::string holder = ' ' + std::to_string(pid) + ' ';
  const std::string inode = ':' + std::to_string(info.st_ino) + ' ';
  const std::string locks = readWholeFile("/proc/locks");
  for (std::string_view line : splitLines(locks)) {
    const bool held = line.find(" FLOCK ") != std::string_view::npos &&
                      line.find(" -> ") == std::string_view::npos;  // else it waits for the lock
    if (held && line.find(holder) != std::string_view::npos &&
        line.find(inode) != std::string_view::npos)
      return true;
  }
  return false;
}

Identity identityOfChild(int pid) {
  const auto stat = statOf(pid);
  return stat ? stat->identity() : Identity{pid, 0};
}

int signalProcess(const Identity& process, int signo) { return signalIdentity(process, signo); }

// SIGCONT continues whoever it is sent to, before anything else is done with it (signal(7)).
int forkWaker() { return forkWithSignal(SIGCONT); }

void waitForChild(int pid) {
  while (waitpid(pid, nullptr, __WALL) < 0 && errno == EINTR) continue;
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
  const auto stat = statOf(pid);
  return stat ? stat->ppid : 0;
}

}  // namespace holdfast
