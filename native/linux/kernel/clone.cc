#include "linux/kernel/clone.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "core/os-error.h"
#include "linux/kernel/cgroup.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/raw.h"
#include "linux/kernel/self/tracing.h"

// AddressSanitizer's, where it is (sanitizer/asan_interface.h): frames that another program has
// taken the place of were never left, and anything may stand where theirs did afterwards.
extern "C" void __asan_unpoison_memory_region(const volatile void*, std::size_t)
    __attribute__((weak));

namespace holdfast {

namespace {

// struct clone_args up to `cgroup` (linux/sched.h, CLONE_ARGS_SIZE_VER2, Linux 5.7).
struct CloneArguments {
  std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
      set_tid_size, cgroup;
};

void becomeRoot(void* exec) { static_cast<ExecRoot*>(exec)->becomeRoot(); }

void becomeSharingRoot(void* shared) {
  const SharingRoot& start = *static_cast<const SharingRoot*>(shared);
  if (start.said >= 0) {
    (void)rawCall(SYS_write, start.said, reinterpret_cast<long>("root"), 4);
    if ((errno = giveUpTracing()) != 0) start.exec.fail(ExecRoot::capabilityStep);
  }
  start.exec.becomeRoot();
}

CloneArguments sharingMemory(const ChildStack& stack, std::uint64_t flags) {
  CloneArguments arguments{};
  arguments.flags = CLONE_VM | flags;
  arguments.exit_signal = SIGCHLD;
  arguments.stack = stack.base();
  arguments.stack_size = ChildStack::kSize;
  return arguments;
}

void bornInside(CloneArguments& arguments, int cgroup) {
  if (cgroup < 0) return;
  arguments.flags |= CLONE_INTO_CGROUP;
  arguments.cgroup = static_cast<std::uint64_t>(cgroup);
}

// The pid, or a negative errno.
long vforkRoot(ExecRoot& exec, const Cgroup* cgroup, int& pidfd) {
  exec.closeReport();
  const ChildStack stack;
  CloneArguments arguments = sharingMemory(stack, CLONE_VFORK | CLONE_PIDFD);
  arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  bornInside(arguments, cgroup == nullptr ? -1 : cgroup->directory());
  return rawClone3(&arguments, sizeof arguments, becomeRoot, &exec);
}

// The legacy call has no room for a cgroup; its flags include the exit signal.
long legacyClone(std::uint64_t flags) {
  return syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr);
}

Cloned forkRoot(ExecRoot& exec, const Cgroup* cgroup) {
  exec.openReport();
  Cloned child = forkInto(0);
  if (child.pid != 0) return child;
  if (cgroup != nullptr && (errno = cgroup->join()) != 0) exec.fail(ExecRoot::cgroupStep);
  exec.becomeRoot();
}

}  // namespace

bool refusesClone3(int error) {
  return error == ENOSYS || error == EPERM || error == EINVAL || error == E2BIG ||
         error == EOPNOTSUPP || error == EBUSY || error == EACCES;
}

ChildStack::ChildStack() {
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE;
  memory_ = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, kFlags, -1, 0);
  if (memory_ == MAP_FAILED) throw OsError::last("mmap");
}

ChildStack::~ChildStack() {
  if (__asan_unpoison_memory_region != nullptr) __asan_unpoison_memory_region(memory_, kSize);
  (void)munmap(memory_, kSize);  // fails only for what is not mapped
}

void Sharing::awaitEnd(int timeoutMs) const { rawSleepOn(&word_, 1, timeoutMs); }

void Sharing::end() {
  word_.store(0, std::memory_order_release);
  rawWakeOne(&word_);
}

Cloned forkInto(std::uint64_t namespaces) {
  CloneArguments arguments{};
  int pidfd = -1;
  arguments.flags = namespaces | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0 && refusesClone3(errno)) {
    pid = legacyClone(namespaces | SIGCHLD);
    // A child of ours that nobody has waited for: its pid cannot have been recycled.
    if (pid > 0) pidfd = openPidfd(static_cast<int>(pid)).release();
  }
  if (pid < 0) throw OsError::last("clone");
  return {static_cast<int>(pid), UniqueFd(pid == 0 ? -1 : pidfd)};
}

int forkWithSignal(int signo) { return static_cast<int>(legacyClone(signo)); }

Cloned cloneRoot(ExecRoot& exec, const Cgroup* cgroup) {
  int pidfd = -1;
  const long pid = vforkRoot(exec, cgroup, pidfd);
  if (pid > 0) return {static_cast<int>(pid), UniqueFd(pidfd)};
  if (refusesClone3(static_cast<int>(-pid))) return forkRoot(exec, cgroup);
  throw OsError("clone", static_cast<int>(-pid));
}

int startSharing(const SharingChild& child) {
  CloneArguments arguments = sharingMemory(child.stack, CLONE_CHILD_CLEARTID | child.also);
  arguments.exit_signal = child.endSignal;
  arguments.child_tid = child.cleared;
  return static_cast<int>(rawClone3(&arguments, sizeof arguments, child.run, child.context));
}

int startPausing(const PausingChild& child) {
  CloneArguments arguments = sharingMemory(
      child.stack, CLONE_VFORK | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID | child.namespaces);
  arguments.child_tid = child.sharing.address();
  arguments.parent_tid = reinterpret_cast<std::uintptr_t>(&child.pid);
  bornInside(arguments, child.cgroup);
  const long pid = rawClone3(&arguments, sizeof arguments, child.run, child.context);
  return pid > 0 ? 0 : static_cast<int>(-pid);
}

int startSharingRoot(const SharingRoot& start) {
  return startPausing({0, start.cgroup, start.stack, start.sharing, becomeSharingRoot,
                       const_cast<SharingRoot*>(&start), start.pid});
}

}  // namespace holdfast
