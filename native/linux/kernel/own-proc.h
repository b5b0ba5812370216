// Whether /proc is the one to believe, and shows everybody.
#pragma once

#include "core/os-error.h"

namespace holdfast {

// Whether /proc shows this process under its own pid. Else nothing in it may be believed: there is
// none, or it is that of another PID namespace, where the same pids are other processes
// (pid_namespaces(7), "/proc and PID namespaces").
bool procIsOurs();
// Throws OsError where it is not.
void requireOwnProc();
// What is thrown then.
OsError noOwnProc();

// There is no /proc, or it hides the processes of others (hidepid, proc(5)).
bool procHidesProcesses();

}  // namespace holdfast
