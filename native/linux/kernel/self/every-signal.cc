#include "posix/port/every-signal.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace holdfast {

// The kernel's set, not the library's: 64 bits (rt_sigprocmask(2)).
void blockEverySignal() {
  const std::uint64_t all = ~std::uint64_t{0};
  (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, nullptr, sizeof all);  // it cannot fail
}

}  // namespace holdfast
