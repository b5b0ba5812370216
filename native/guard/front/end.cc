#include "guard/front/end.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "core/facts.h"
#include "posix/await-events.h"
#include "posix/port/process.h"
#include "posix/port/signals.h"

namespace holdfast {

namespace {

// What a guard asks about signals while its front stands still, who answers when it goes on. A
// shell that saw it go on for that would take the job for a running one.
bool isAboutSignals(std::string_view fact) {
  return readAs<fact::Check>(fact) || readAs<fact::Everybody>(fact);
}

// Whether the root has done something since it stopped, or the guard has ended. Takes nothing.
bool hasNews(int link) {
  pollfd end{link, 0, 0};  // POLLHUP comes unasked
  if (awaitEvents(&end, 1, 0) != 0) return true;
  char waiting[4096];
  const ssize_t size = recv(link, waiting, sizeof waiting, MSG_PEEK | MSG_DONTWAIT);
  if (size <= 0) return size == 0 || errno != EAGAIN;
  for (std::string_view text(waiting, static_cast<std::size_t>(size)); !text.empty();) {
    const std::size_t end = text.find('\n');
    if (!isAboutSignals(text.substr(0, end))) return true;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return false;
}

}  // namespace

bool isJobStop(int signo) { return signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU; }

// The guard continues this process when the root goes on, when the root has ended and when the
// guard itself ends. If it did so before this process stopped, nobody would continue it again. So a
// child stops this process, and continues it if there is such news afterwards.
int stopLikeRoot(int signo, int link) {
  const Identity front = ownIdentity();
  sigset_t only;
  sigemptyset(&only);
  if (isJobStop(signo)) sigaddset(&only, signo);
  const pid_t stopper = fork();
  if (stopper == 0) {
    (void)signalProcess(front, isJobStop(signo) ? signo : SIGSTOP);
    if (hasNews(link)) (void)signalProcess(front, SIGCONT);
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
