// The first process of a tree's PID namespace. It is needed because somebody has to reap there,
// and because a program that became pid 1 itself would ignore SIGTERM by default
// (pid_namespaces(7)). It starts the root, reports its end, and is gone when nothing is left.
#pragma once

#include <sys/types.h>

#include "posix/port/namespace-init.h"
#include "posix/tree/exec-root.h"

namespace holdfast {

// The ids outside of the namespace, which are the same inside.
struct UserIds {
  uid_t uid;
  gid_t gid;
};

// Prepares the namespace that this process was born into: maps the ids, ties the end of this
// process to the guard's (by its pidfd), mounts /proc. Throws OsError, which names the step that is
// not permitted here.
void settleNamespace(const UserIds& ids, int guardPidfd);

// Does that, starts the root and lives as the init. For an init with memory of its own.
struct ForkedInit {
  UniqueFd socket;
  int guardPidfd;
  int ownerFd;
  UserIds ids;
  ExecRoot& exec;
};
[[noreturn]] void runForkedInit(ForkedInit init);

}  // namespace holdfast
