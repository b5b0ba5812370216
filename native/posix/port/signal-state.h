// How another process stands to a signal.
#pragma once

#include <signal.h>

#include <cstdint>

namespace holdfast {

// It catches the signal, or takes it while it is blocked (sigwait(3), signalfd(2)): whatever the
// signal is to end is its own concern. False where that cannot be seen.
bool handlesSignal(int pid, int signo);
// Those that wait for it, sent to the whole process.
sigset_t pendingSignalsOf(int pid);
// Whoever has sent a signal so long ago will not send more: neither he nor a program that he has
// started since has a processor or waits for one. False where it has ended: it may have been one of
// many senders (`kill PID` for each process).
bool isAtRest(int pid, std::int64_t agoMs);

}  // namespace holdfast
