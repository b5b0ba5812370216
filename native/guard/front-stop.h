// The front stops when its root has stopped, so that a shell sees its job stop.
#pragma once

namespace holdfast {

// SIGTSTP, SIGTTIN or SIGTTOU.
bool isJobStop(int signo);

// Stops this process by the signal that has stopped the root, until it is continued, or at once if
// the link has news. Every signal is blocked.
void stopLikeRoot(int signo, int link);

}  // namespace holdfast
