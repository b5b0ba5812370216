#include "guard/front-end.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "posix/await-events.h"
#include "posix/every-signal.h"
#include "posix/process.h"

namespace holdfast {

bool isJobStop(int signo) { return signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU; }

// The guard continues this process when the root goes on, when it has ended, and when it ends
// itself; should that have been already, it was for nothing. So a child stops it, and looks for
// news afterwards.
int stopLikeRoot(int signo, int link) {
  const Identity front = ownIdentity();
  sigset_t only;
  sigemptyset(&only);
  if (isJobStop(signo)) sigaddset(&only, signo);
  const pid_t stopper = fork();
  if (stopper == 0) {
    (void)signalProcess(front, isJobStop(signo) ? signo : SIGSTOP);
    pollfd news{link, POLLIN, 0};
    if (awaitEvents(&news, 1, 0) != 0) (void)signalProcess(front, SIGCONT);
    _exit(0);
  }
  if (stopper < 0) return 0;  // the shell does not see the stop
  (void)sigprocmask(SIG_UNBLOCK, &only, nullptr);
  waitForChild(stopper);
  blockEverySignal();
  return stopper;
}

void dieLikeRoot(int signo) {
  const rlimit none{0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)signal(signo, SIG_DFL);
  sigset_t all;
  sigfillset(&all);
  sigdelset(&all, signo);
  (void)raise(signo);
  (void)sigprocmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace holdfast
