#include "posix/owner/process-group.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "core/os-error.h"
#include "posix/port/process.h"

namespace holdfast {

int processGroupOf(int pid) {
  const pid_t group = getpgid(pid);
  if (group < 0) throw OsError::last("getpgid");
  return group;
}

void setProcessGroup(int pid, int pgid) {
  if (setpgid(pid, pgid) != 0) throw OsError::last("setpgid");
}

// A live leader keeps the id of its group (credentials(7)), so what is checked is what is hit,
// unless the leader dies in between and a stranger takes its pid at once.
void signalProcessGroup(const Identity& leader, int signo) {
  const auto found = identityOf(leader.pid);
  const bool same = found && *found == leader && leader.pid > 1;
  if (!same || getpgid(leader.pid) != leader.pid) throw OsError("killpg", ESRCH);
  if (killpg(leader.pid, signo) != 0) throw OsError::last("killpg");
}

}  // namespace holdfast
