// Who traces a process decides what it does (ptrace(2)): a member that traced the init of its
// namespace could disarm it. So init may trace and its members may not, because the kernel lets
// nobody trace a process that may do more (security/commoncap.c, cap_ptrace_access_check).
#pragma once

namespace holdfast {

// In a child on its way to the root's program, which then can neither trace nor gain the right to.
// 0 or an errno. Async-signal-safe.
int giveUpTracing();

// Across the exec of this process, whose children give it up. Throws OsError.
void keepTracing();

// In the init. Where it may not trace itself (a container without CAP_SYS_PTRACE) it is not
// dumpable instead; not everywhere, or hidepid would hide it from its guard, too (proc(5)).
void keepFromBeingTraced();

}  // namespace holdfast
