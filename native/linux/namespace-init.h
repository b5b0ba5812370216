// The first process of a tree's PID namespace. It is needed because somebody has to reap there,
// and because a program that became pid 1 itself would ignore SIGTERM by default
// (pid_namespaces(7)). It starts the root, reports its end, and is gone when nothing is left.
#pragma once

#include <sys/types.h>

#include "posix/exec-root.h"

namespace holdfast {

struct UserIds {
  uid_t uid;
  gid_t gid;
};

struct NamespaceInit {
  UniqueFd socket;  // to the guard, a message a fact
  int guardPidfd;   // readable when the guard is dead
  int ownerFd;      // readable when the owner is, whose death ends all at once; -1: nobody's
  UserIds ids;      // outside, to be the same inside
  ExecRoot& root;
};

[[noreturn]] void runNamespaceInit(NamespaceInit init);

}  // namespace holdfast
