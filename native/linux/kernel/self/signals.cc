#include "posix/port/signals.h"

#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "core/os-error.h"

namespace holdfast {

// The kernel's set, not the library's: 64 bits (rt_sigprocmask(2)).
void blockEverySignal() {
  const std::uint64_t all = ~std::uint64_t{0};
  (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, nullptr, sizeof all);  // it cannot fail
}

bool isSignal(int signo) { return signo >= 1 && signo <= SIGRTMAX; }

UniqueFd openChildSignals() {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  return openSignals(children);
}

UniqueFd openSignals(const sigset_t& signals) {
  UniqueFd fd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) throw OsError::last("signalfd");
  return fd;
}

// What a process causes has a code of 0 or less, what a child's end causes one of CLD_*
// (sigaction(2)).
TakenSignal takeSignal(int signals) {
  signalfd_siginfo info{};
  if (read(signals, &info, sizeof info) != sizeof info) return {};
  return {static_cast<int>(info.ssi_signo), static_cast<int>(info.ssi_pid), info.ssi_code <= 0,
          info.ssi_code == SI_KERNEL};
}

}  // namespace holdfast
