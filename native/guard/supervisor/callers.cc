#include "guard/supervisor/callers.h"

#include <signal.h>

#include "core/callers.h"
#include "posix/port/command-line.h"
#include "posix/port/process.h"
#include "posix/tree/exec-root.h"

namespace holdfast {

namespace {

// A shell without job control gives what it does not wait for the null device as input, and lets it
// ignore SIGINT (POSIX, Shell Command Language, 2.9.3.1 and 2.11). One that has no other input
// itself has to be asked for its words.
bool runsBeside(int shell, bool childReadsNothing) {
  if (!childReadsNothing) return false;
  return !readsNothing(shell) || runsInBackground(wordsOf(shell));
}

}  // namespace

Callers findCallers(int front) {
  Callers callers;
  bool childReadsNothing = readsNothing();
  bool isFront = true;
  for (int pid = parentOf(front); pid > 0; pid = parentOf(pid)) {
    callers.above = {pid, 0};
    const auto identity = identityOf(pid);
    const CallerKind kind = callerKindOf(programOf(pid), wordsOf(pid));
    if (!identity || kind == CallerKind::none) break;
    if (kind == CallerKind::shell && isFront && isIgnored(SIGINT)) break;
    if (kind == CallerKind::shell && runsBeside(pid, childReadsNothing)) break;
    callers.chain.push_back(*identity);
    const int above = parentOf(pid);
    callers.above = {above, 0};
    if (kind == CallerKind::runner) {
      const auto client = identityOf(above);
      callers.above = client.value_or(callers.above);
      callers.isClient = client && above > 1 && !isShell(programOf(above));
      break;
    }
    childReadsNothing = readsNothing(pid);
    isFront = false;
  }
  return callers;
}

}  // namespace holdfast
