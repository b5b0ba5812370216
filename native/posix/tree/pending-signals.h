// The signals that this process has been sent and has not taken.
#pragma once

#include <signal.h>

namespace holdfast {

// sigpending(2).
inline sigset_t pendingSignals() {
  sigset_t pending;
  (void)sigpending(&pending);  // cannot fail with this argument
  return pending;
}

// Whether it was one of them, which it is no more.
inline bool takeFrom(sigset_t& signals, int signo) {
  const bool was = sigismember(&signals, signo) == 1;
  (void)sigdelset(&signals, signo);
  return was;
}

}  // namespace holdfast
