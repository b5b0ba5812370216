// Handles on processes (pidfd_open(2), Linux 5.3). Where the kernel has none, or a seccomp
// filter hides them, an empty descriptor is returned and signals go by a checked identity.
#pragma once

#include "core/identity.h"
#include "posix/unique-fd.h"

namespace holdfast {

UniqueFd openPidfd(int pid);

// 0 or an errno. EINVAL, ENOSYS and EPERM of the call itself are told apart from the target's.
int signalPidfd(int pidfd, int signo);

// The pid of a process's parent, told without /proc (PIDFD_GET_INFO, Linux 6.13); 0 where the
// kernel does not tell.
int parentByHandle(const UniqueFd& pidfd);

// Signals the process only if it still is the one that was meant; 0, ESRCH or EPERM.
int signalIdentity(const Identity& target, int signo);
// The same, and the handle by which it was signalled, where there are handles.
struct Signalled {
  int error = 0;
  UniqueFd pidfd;
};
Signalled signalHolding(const Identity& target, int signo);

}  // namespace holdfast
