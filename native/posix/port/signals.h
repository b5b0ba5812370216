// Signals to this process: blocked without an exception, taken one by one, each with its sender.
#pragma once

#include <signal.h>

#include "posix/unique-fd.h"

namespace holdfast {

// Blocks every signal of this thread that can be blocked, also those that the C library keeps for
// itself and leaves out of every set (docs/gotchas.md#signals-that-the-c-library-keeps).
void blockEverySignal();

// Whether it is the number of a signal here.
bool isSignal(int signo);

// Readable when a child has changed its state; SIGCHLD has to be blocked. Throws OsError.
UniqueFd openChildSignals();

// A signal, and who sent it.
struct TakenSignal {
  int signo = 0;             // 0: there was none
  int sender = 0;            // 0: nobody who could be named here
  bool fromProcess = false;  // by kill(2) and the like
  bool fromKernel = false;   // as a terminal sends it, and not because of a child
};

// Readable when one of these blocked signals is pending; takeSignal takes one. Throws OsError.
UniqueFd openSignals(const sigset_t& signals);
TakenSignal takeSignal(int signals);

}  // namespace holdfast
