// The first process of a tree's PID namespace. It is needed because somebody has to reap there,
// and because a program that became pid 1 itself would ignore SIGTERM by default
// (pid_namespaces(7)). It starts the root, reports its end, and is gone when nothing is left.
#pragma once

#include <sys/types.h>

#include "posix/port/namespace-init.h"
#include "posix/tree/exec-root.h"

namespace holdfast {

// Outside, to be the same inside.
struct UserIds {
  uid_t uid;
  gid_t gid;
};

// Makes the namespace that this process was born into the tree's: ids, an end with the guard (whose
// pidfd this is), a /proc. Throws OsError that names the step that is not permitted here.
void settleNamespace(const UserIds& ids, int guardPidfd);

// That, the root's start, and the life after it, for an init with memory of its own.
struct ForkedInit {
  UniqueFd socket;
  int guardPidfd;
  int ownerFd;
  UserIds ids;
  ExecRoot& root;
};
[[noreturn]] void runForkedInit(ForkedInit init);

}  // namespace holdfast
