// Makes a process that goes on where its maker stands, as fork(2) does, and asks the kernel in
// the same step for a pidfd and for a place in a cgroup or in new namespaces.
#pragma once

#include <cstdint>

#include "posix/unique-fd.h"

namespace holdfast {

struct CloneRequest {
  std::uint64_t namespaces = 0;  // CLONE_NEW* flags
  int cgroupFd = -1;             // directory of the cgroup to be born in
};

struct Cloned {
  int pid = 0;  // 0 in the child
  UniqueFd pidfd;  // empty where the kernel has none
  // False when the kernel could not place the child: it has to join the cgroup by itself.
  bool inCgroup = false;
};

// Throws OsError in the maker. clone3(2) is refused with ENOSYS by old kernels and with EPERM
// or ENOSYS by seccomp filters; then clone(2) makes the child.
Cloned cloneProcess(const CloneRequest& request);

}  // namespace holdfast
