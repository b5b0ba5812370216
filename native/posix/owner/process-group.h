// Process groups (credentials(7)), signalled only when the leader is the one that was meant.
#pragma once

#include "core/identity.h"

namespace holdfast {

// pid 0: this process. Throws OsError.
int processGroupOf(int pid);
// Puts a child that has not called exec yet, or this process (pid 0), into a group; pgid 0 makes
// it a leader. Throws OsError.
void setProcessGroup(int pid, int pgid);
// Throws OsError: ESRCH when the leader is dead or another process, or leads no group.
void signalProcessGroup(const Identity& leader, int signo);

}  // namespace holdfast
