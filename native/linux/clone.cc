#include "linux/clone.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "core/os-error.h"
#include "linux/pidfd.h"

namespace holdfast {

namespace {

// struct clone_args up to `cgroup` (linux/sched.h, CLONE_ARGS_SIZE_VER2, Linux 5.7).
struct CloneArguments {
  std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
      set_tid_size, cgroup;
};

long clone3(const CloneRequest& request, int& pidfd) {
  CloneArguments arguments{};
  arguments.flags = request.namespaces | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  if (request.cgroupFd >= 0) {
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = static_cast<std::uint64_t>(request.cgroupFd);
  }
  return syscall(SYS_clone3, &arguments, sizeof arguments);
}

// The legacy call has no room for a cgroup; its flags include the exit signal.
long clone2(const CloneRequest& request) {
  return syscall(SYS_clone, request.namespaces | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
}

}  // namespace

Cloned cloneProcess(const CloneRequest& request) {
  int pidfd = -1;
  long pid = clone3(request, pidfd);
  const bool byClone3 = pid >= 0;
  const bool mayRetry = errno == ENOSYS || errno == EPERM || errno == EINVAL || errno == E2BIG ||
                        errno == EOPNOTSUPP || errno == EBUSY || errno == EACCES;
  if (pid < 0 && mayRetry) pid = clone2(request);
  if (pid < 0) throw OsError::last("clone");
  Cloned cloned;
  cloned.pid = static_cast<int>(pid);
  cloned.inCgroup = byClone3 && request.cgroupFd >= 0;
  if (pid == 0) return cloned;
  // A child of ours that nobody has waited for: its pid cannot have been recycled.
  cloned.pidfd = byClone3 ? UniqueFd(pidfd) : openPidfd(cloned.pid);
  return cloned;
}

}  // namespace holdfast
