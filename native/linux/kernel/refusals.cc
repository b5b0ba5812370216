#include "linux/kernel/refusals.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace holdfast {

// An empty request: EINVAL says that the kernel knows the call.
int errorOfClone3() {
  (void)syscall(SYS_clone3, nullptr, 0);
  return errno == EINVAL ? 0 : errno;
}

int errorOfCloseRange() {
  constexpr unsigned kNobody = ~0u - 1;
  return syscall(SYS_close_range, kNobody, kNobody, 0) == 0 ? 0 : errno;
}

}  // namespace holdfast
