#include "linux/clone.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "core/os-error.h"
#include "linux/cgroup.h"
#include "linux/pidfd.h"
#include "vfork-clone3.h"

namespace holdfast {

namespace {

// struct clone_args up to `cgroup` (linux/sched.h, CLONE_ARGS_SIZE_VER2, Linux 5.7).
struct CloneArguments {
  std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
      set_tid_size, cgroup;
};

class ChildStack {
 public:
  ChildStack() {
    constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE;
    memory_ = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, kFlags, -1, 0);
    if (memory_ == MAP_FAILED) throw OsError::last("mmap");
  }
  ~ChildStack() { (void)munmap(memory_, kSize); }  // fails only for a range that is not mapped
  ChildStack(const ChildStack&) = delete;
  ChildStack& operator=(const ChildStack&) = delete;

  std::uint64_t base() const { return reinterpret_cast<std::uintptr_t>(memory_); }
  static constexpr std::size_t kSize = 256 * 1024;

 private:
  void* memory_;
};

bool refusesClone3(int error) {
  return error == ENOSYS || error == EPERM || error == EINVAL || error == E2BIG ||
         error == EOPNOTSUPP || error == EBUSY || error == EACCES;
}

void becomeRoot(void* root) { static_cast<ExecRoot*>(root)->becomeRoot(); }

// The pid, or a negative errno.
long vforkWith(CloneArguments arguments, void (*child)(void*), void* context) {
  const ChildStack stack;
  arguments.flags |= CLONE_VM | CLONE_VFORK;
  arguments.exit_signal = SIGCHLD;
  arguments.stack = stack.base();
  arguments.stack_size = ChildStack::kSize;
  return vforkClone3(&arguments, sizeof arguments, child, context);
}

long vforkRoot(ExecRoot& root, const Cgroup* cgroup, int& pidfd) {
  root.closeReport();
  CloneArguments arguments{};
  arguments.flags = CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  if (cgroup != nullptr) {
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = static_cast<std::uint64_t>(cgroup->directory());
  }
  return vforkWith(arguments, becomeRoot, &root);
}

// The legacy call has no room for a cgroup; its flags include the exit signal.
long legacyClone(std::uint64_t namespaces) {
  return syscall(SYS_clone, namespaces | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
}

Cloned forkRoot(ExecRoot& root, const Cgroup* cgroup) {
  root.openReport();
  Cloned child = forkInto(0);
  if (child.pid != 0) return child;
  if (cgroup != nullptr && (errno = cgroup->join()) != 0) root.fail(ExecRoot::cgroupStep);
  root.becomeRoot();
}

}  // namespace

Cloned forkInto(std::uint64_t namespaces) {
  CloneArguments arguments{};
  int pidfd = -1;
  arguments.flags = namespaces | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0 && refusesClone3(errno)) {
    pid = legacyClone(namespaces);
    // A child of ours that nobody has waited for: its pid cannot have been recycled.
    if (pid > 0) pidfd = openPidfd(static_cast<int>(pid)).release();
  }
  if (pid < 0) throw OsError::last("clone");
  return {static_cast<int>(pid), UniqueFd(pid == 0 ? -1 : pidfd)};
}

int vforkChild(void (*child)(void*), void* context) {
  const long pid = vforkWith({}, child, context);
  if (pid > 0) return static_cast<int>(pid);
  if (refusesClone3(static_cast<int>(-pid))) return 0;
  throw OsError("clone", static_cast<int>(-pid));
}

Cloned startRoot(ExecRoot& root, const Cgroup* cgroup) {
  int pidfd = -1;
  const long pid = vforkRoot(root, cgroup, pidfd);
  if (pid > 0) return {static_cast<int>(pid), UniqueFd(pidfd)};
  if (refusesClone3(static_cast<int>(-pid))) return forkRoot(root, cgroup);
  throw OsError("clone", static_cast<int>(-pid));
}

}  // namespace holdfast
