// What the programs ask of any process, whatever the system: a handle that becomes readable when
// it dies, who it is, who started it.
#pragma once

#include <optional>
#include <string>

#include "core/member.h"
#include "posix/unique-fd.h"

namespace holdfast {

// Readable once the process is dead; empty where the system has no such handle.
UniqueFd openProcess(int pid);

// Throws OsError where the system does not show this very process, and so what it shows of others
// may not be believed.
void requireProcessTable();

// The identity of the process with this pid; nothing when there is no such process or it is dead.
std::optional<Identity> identityOf(int pid);
int parentOf(int pid);
// What this very process is and consumes; nothing when it is dead, or another has its pid.
std::optional<Member> memberNow(const Identity& identity);
inline bool lives(const Identity& process) { return memberNow(process).has_value(); }
// Whether a process holds the lock (flock(2)) of a file.
bool holdsLock(int pid, const std::string& path);
// A child that has not been waited for, dead or alive; start time 0 where the system hides it.
Identity identityOfChild(int pid);
// To this very process; 0, ESRCH or EPERM.
int signalProcess(const Identity& process, int signo);
// fork(2), but the child's end continues this process, should it be stopped then, and is no
// SIGCHLD. waitForChild() takes it.
int forkWaker();
// Until a child has ended, in whatever way it was made.
void waitForChild(int pid);
// To a child that has not been waited for, by its handle where there is one. 0 or an errno.
int signalChild(const UniqueFd& handle, int pid, int signo);
// This process; start time 0 where the system hides even that.
Identity ownIdentity();

}  // namespace holdfast
