// What the programs ask of any process, whatever the system: a handle that becomes readable when
// it dies, who it is, who started it. Each system folder defines these.
#pragma once

#include <optional>

#include "core/member.h"
#include "posix/unique-fd.h"

namespace holdfast {

// Readable once the process is dead; empty where the system has no such handle.
UniqueFd openProcess(int pid);

// A live (or not yet reaped) process; nothing when there is none. A dead one has no identity.
std::optional<Identity> identityOf(int pid);
int parentOf(int pid);
// A child that has not been waited for, dead or alive; start time 0 where the system hides it.
Identity identityOfChild(int pid);
// To a child that has not been waited for, by its handle where there is one. 0 or an errno.
int signalChild(const UniqueFd& handle, int pid, int signo);
// This process; start time 0 where the system hides even that.
Identity ownIdentity();

}  // namespace holdfast
