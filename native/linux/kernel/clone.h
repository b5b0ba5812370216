// Makes processes, and asks the kernel in the same step for a pidfd and for a place in a cgroup
// or in new namespaces.
#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>

#include "posix/tree/exec-root.h"

namespace holdfast {

class Cgroup;

struct Cloned {
  int pid = 0;     // 0 in the child
  UniqueFd pidfd;  // empty where the kernel has none
};

// A process that goes on where its maker stands, as fork(2) makes it, in new namespaces
// (CLONE_NEW* flags). Throws OsError in the maker.
Cloned forkInto(std::uint64_t namespaces);

// The same, at whose end its maker gets this signal: the pid, 0 in the child, or -1 with errno.
int forkWithSignal(int signo);

// A process that becomes the root, inside the cgroup if there is one. The maker stands still
// until the program runs and shares its memory with the child so long (vfork(2)): nothing is
// copied. Where clone3(2) is refused (ENOSYS by old kernels, ENOSYS or EPERM by seccomp filters)
// the child is forked. Throws OsError when there is no process; a failed exec tells `exec`.
Cloned cloneRoot(ExecRoot& exec, const Cgroup* cgroup);

// Where a child that shares our memory runs. Throws OsError.
class ChildStack {
 public:
  ChildStack();
  ~ChildStack();
  ChildStack(const ChildStack&) = delete;
  ChildStack& operator=(const ChildStack&) = delete;

  std::uint64_t base() const { return reinterpret_cast<std::uintptr_t>(memory_); }

  static constexpr std::size_t kSize = 256 * 1024;

 private:
  void* memory_;
};

// That a child shares our memory. The kernel clears it, and wakes who waits, when the child has
// become another program or has ended (CLONE_CHILD_CLEARTID, clone(2)).
class Sharing {
 public:
  bool over() const { return word_.load(std::memory_order_acquire) == 0; }
  // Until it is over or this time has passed; touches nothing of the C library's.
  void awaitEnd(int timeoutMs) const;
  // What the kernel does when it is over.
  void end();
  std::uint64_t address() const { return reinterpret_cast<std::uintptr_t>(&word_); }

 private:
  std::atomic<std::uint32_t> word_{1};
};

// A child that shares this process's memory and runs beside it. The kernel clears a word of the
// memory at its end, or when it becomes another program (CLONE_CHILD_CLEARTID, clone(2)).
struct SharingChild {
  const ChildStack& stack;
  std::uint64_t cleared;    // address of the word
  std::uint64_t also;       // CLONE_FILES: the descriptors are shared, too; else 0
  std::uint64_t endSignal;  // which its maker gets at its end; 0: none
  void (*run)(void*);
  void* context;
};
// The pid, or a negative errno.
int startSharing(const SharingChild& child);

// A child of such a child. Its maker stands still until the program runs. Others that share the
// memory may run on, so from there on the maker must not use the C library.
struct PausingChild {
  std::uint64_t namespaces;  // CLONE_NEW*: new ones, of which it is the first process; else 0
  int cgroup;                // the directory of the one in which it is born; -1: its maker's
  const ChildStack& stack;
  const Sharing& sharing;
  void (*run)(void*);
  void* context;
  int& pid;  // there before its first step
};
// 0 or an errno.
int startPausing(const PausingChild& child);

// The root as such a child.
struct SharingRoot {
  ExecRoot& exec;
  int cgroup;  // its directory; -1: none
  const ChildStack& stack;
  const Sharing& sharing;
  int& pid;  // there before the root's first step
  int said;  // in a namespace: an InitSocket's inside, on which the root tells who it is; else -1
};
// 0 or an errno.
int startSharingRoot(const SharingRoot& start);

// Root needs no user namespace; everybody else gets a PID namespace only inside of one
// (pid_namespaces(7), user_namespaces(7)).
inline constexpr std::uint64_t kRootsNamespaces = CLONE_NEWPID | CLONE_NEWNS;
inline constexpr std::uint64_t kUsersNamespaces = kRootsNamespaces | CLONE_NEWUSER;

// An errno of clone3(2) after which a fork may still work.
bool refusesClone3(int error);

}  // namespace holdfast
