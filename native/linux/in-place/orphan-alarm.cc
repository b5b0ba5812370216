#include "linux/in-place/orphan-alarm.h"

#include <sys/time.h>
#include <unistd.h>

#include <atomic>

#include "linux/kernel/raw.h"
#include "posix/port/signals.h"

namespace holdfast {

namespace {

constexpr suseconds_t kTickMicroseconds = 200'000;
constexpr int kMakersMs = 500;  // in which a maker that lives ends it itself

std::atomic<int> maker;  // the same for all children that share our memory

// The first tick after the maker's death leaves a moment to end well, the second ends the process.
void onTick(int) {
  if (rawParent() != maker) (void)signal(SIGALRM, SIG_DFL);
}

// Of this process alone, and no child's of it, but kept across execve(2) (setitimer(2)).
void tickEvery(suseconds_t microseconds) {
  const itimerval times{{0, microseconds}, {0, microseconds}};
  (void)setitimer(ITIMER_REAL, &times, nullptr);  // cannot fail with these arguments
}

}  // namespace

void OrphanAlarm::serve() { maker = getpid(); }

void OrphanAlarm::set(int deadlineMs) {
  struct sigaction action {};
  action.sa_handler = onTick;
  action.sa_flags = SA_RESTART;
  (void)sigaction(SIGALRM, &action, &before_);  // cannot fail for this signal
  sigset_t ticks;
  sigemptyset(&ticks);
  sigaddset(&ticks, SIGALRM);
  (void)sigprocmask(SIG_UNBLOCK, &ticks, nullptr);
  tickEvery(kTickMicroseconds);
  // In a call that the kernel goes on with (a file system that hangs) no tick is taken, but a death
  // is. Without such a timer the ticks have to do.
  deadline_ = rawKillAfter(deadlineMs + kMakersMs);
}

void OrphanAlarm::callOff() {
  rawDeleteTimer(deadline_);
  tickEvery(0);
  blockEverySignal();
  (void)sigaction(SIGALRM, &before_, nullptr);
}

}  // namespace holdfast
