#include "linux/kernel/self/tracing.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "core/os-error.h"
#include "posix/port/prctl.h"

namespace holdfast {

namespace {

constexpr unsigned kTracing = 1u << CAP_SYS_PTRACE;  // of the lower half

struct Capabilities {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};

  bool read() { return syscall(SYS_capget, &header, sets) == 0; }
  bool write() { return syscall(SYS_capset, &header, sets) == 0; }
};

}  // namespace

// What a program gets at exec comes from the bounding, the inheritable and the ambient set; whoever
// leaves the inheritable one leaves the ambient one (capabilities(7)).
int giveUpTracing() {
  const bool bounded = prctl(PR_CAPBSET_READ, CAP_SYS_PTRACE, 0, 0, 0) != 1;
  if (!bounded && prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE, 0, 0, 0) != 0) return errno;
  Capabilities own;
  if (!own.read()) return errno;
  own.sets[0].inheritable &= ~kTracing;
  return own.write() ? 0 : errno;
}

void keepTracing() {
  Capabilities own;
  if (!own.read()) throw OsError::last("capget");
  own.sets[0].inheritable |= kTracing;
  if (!own.write()) throw OsError::last("capset");
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_PTRACE, 0, 0) != 0)
    throw OsError::last("prctl");
}

void keepFromBeingTraced() {
  Capabilities own;
  const bool mayTrace = own.read() && (own.sets[0].permitted & kTracing) != 0;
  if (!mayTrace) denyTracing();
}

}  // namespace holdfast
