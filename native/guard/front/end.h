// The front stops when its root has stopped, so that a shell sees its job stop, and dies of the
// signal of which its root has died.
#pragma once

namespace holdfast {

// SIGTSTP, SIGTTIN or SIGTTOU.
bool isJobStop(int signo);

// Stops this process by the signal that has stopped the root, until it is continued, or at once if
// the link has news. Every signal is blocked. The pid of the child that did it.
int stopLikeRoot(int signo, int link);

// Without a second core dump. Returns where that is impossible: as PID 1, default actions do not
// apply (pid_namespaces(7)).
void dieLikeRoot(int signo);

}  // namespace holdfast
