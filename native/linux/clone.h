// Makes processes, and asks the kernel in the same step for a pidfd and for a place in a cgroup
// or in new namespaces.
#pragma once

#include <cstdint>

#include "posix/exec-root.h"

namespace holdfast {

class Cgroup;

struct Cloned {
  int pid = 0;     // 0 in the child
  UniqueFd pidfd;  // empty where the kernel has none
};

// A process that goes on where its maker stands, as fork(2) makes it, in new namespaces
// (CLONE_NEW* flags). Throws OsError in the maker.
Cloned forkInto(std::uint64_t namespaces);

// A child that shares this process's memory, which stands still until the child has become another
// program or has ended (vfork(2)). Its pid; 0 where clone3(2) is refused. Throws OsError.
int vforkChild(void (*child)(void*), void* context);

// A process that becomes the root, inside the cgroup if there is one. The maker stands still
// until the program runs and shares its memory with the child so long (vfork(2)): nothing is
// copied. Where clone3(2) is refused (ENOSYS by old kernels, ENOSYS or EPERM by seccomp filters)
// the child is forked. Throws OsError when there is no process; a failed exec tells `root`.
Cloned startRoot(ExecRoot& root, const Cgroup* cgroup);

}  // namespace holdfast
