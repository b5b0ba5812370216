#include "linux/in-place/orphan-alarm.h"

#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "posix/port/every-signal.h"
#include "raw-calls.h"

namespace holdfast {

namespace {

constexpr suseconds_t kTickMicroseconds = 200'000;
constexpr int kMakersMs = 500;  // in which a maker that lives ends it itself

std::atomic<int> maker;  // the same for all children that share our memory

// The first tick after the maker's death leaves a moment to end well, the second ends the process.
void onTick(int) {
  if (rawCall(SYS_getppid) != maker) (void)signal(SIGALRM, SIG_DFL);
}

// Of this process alone, and no child's of it, but kept across execve(2) (setitimer(2)).
void tickEvery(suseconds_t microseconds) {
  const itimerval times{{0, microseconds}, {0, microseconds}};
  (void)setitimer(ITIMER_REAL, &times, nullptr);  // cannot fail with these arguments
}

// In a call that the kernel goes on with (a file system that hangs) no tick is taken, but a death
// is. What the C library keeps for a timer it would allocate (timer_create(2)).
int killAfter(int ms) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGKILL;
  int timer = -1;
  if (rawCall(SYS_timer_create, CLOCK_MONOTONIC, reinterpret_cast<long>(&event),
              reinterpret_cast<long>(&timer)) != 0)
    return -1;  // too many signals are queued for this user: the ticks have to do
  const itimerspec times{{0, 0}, {ms / 1000, ms % 1000 * 1000000L}};
  (void)rawCall(SYS_timer_settime, timer, 0, reinterpret_cast<long>(&times));
  return timer;
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
  deadline_ = killAfter(deadlineMs + kMakersMs);
}

void OrphanAlarm::callOff() {
  if (deadline_ >= 0) (void)rawCall(SYS_timer_delete, deadline_);
  tickEvery(0);
  blockEverySignal();
  (void)sigaction(SIGALRM, &before_, nullptr);
}

}  // namespace holdfast
