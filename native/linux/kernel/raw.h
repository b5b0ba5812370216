// Calls for a process that shares the memory of another one that goes on beside it: nothing but the
// kernel is used, and neither errno nor a lock or any memory of the C library. An error is a
// negative errno.
#pragma once

#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include <cstdint>

#include "raw-calls.h"

namespace holdfast {

// A number as an argument of a program.
class Digits {
 public:
  explicit Digits(int number) : at_(digits_ + sizeof digits_ - 1) {
    const bool negative = number < 0;
    unsigned rest = negative ? 0u - static_cast<unsigned>(number) : static_cast<unsigned>(number);
    do *--at_ = static_cast<char>('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (negative) *--at_ = '-';
  }
  Digits(const Digits&) = delete;
  Digits& operator=(const Digits&) = delete;
  char* text() const { return at_; }

 private:
  char digits_[16] = {};
  char* at_;
};

inline long rawAddress(const void* memory) { return reinterpret_cast<long>(memory); }

// An open descriptor that the program keeps; -1: none.
inline void rawKeepOpen(int fd) {
  if (fd >= 0) (void)rawCall(SYS_fcntl, fd, F_SETFD, 0);  // open: it cannot fail
}

// Returns when the kernel refuses.
inline void rawExecute(const char* path, char* const* argv, char* const* envp) {
  (void)rawCall(SYS_execve, rawAddress(path), rawAddress(argv), rawAddress(envp));
}

[[noreturn]] inline void rawExit(int code) {
  while (true) (void)rawCall(SYS_exit_group, code);
}

inline int rawParent() { return static_cast<int>(rawCall(SYS_getppid)); }

// prctl(2), with one argument.
inline void rawSet(int attribute, long value) { (void)rawCall(SYS_prctl, attribute, value); }

// Until somebody wakes those who sleep on this word or the time is over (0: never), unless it is
// another word already (futex(2)). Not FUTEX_PRIVATE_FLAG: where the kernel itself clears the word
// it wakes without it.
inline void rawSleepOn(const void* word, std::uint32_t expected, int timeoutMs) {
  const timespec timeout{timeoutMs / 1000, timeoutMs % 1000 * 1000000L};
  (void)rawCall(SYS_futex, rawAddress(word), FUTEX_WAIT, static_cast<long>(expected),
                timeoutMs == 0 ? 0 : rawAddress(&timeout));
}

inline void rawWakeOne(const void* word) {
  (void)rawCall(SYS_futex, rawAddress(word), FUTEX_WAKE, 1);
}

// Takes a blocked signal that is pending. Its sender; -1: it is not pending (rt_sigtimedwait(2)).
inline int rawTakePending(int signo) {
  const std::uint64_t only = std::uint64_t{1} << (signo - 1);
  const timespec now{};
  siginfo_t info{};
  const long taken = rawCall(SYS_rt_sigtimedwait, rawAddress(&only), rawAddress(&info),
                             rawAddress(&now), sizeof only);
  return taken == signo ? info.si_pid : -1;
}

// A pidfd, or an error where there are none.
inline long rawOpenProcess(int pid) { return rawCall(SYS_pidfd_open, pid, 0); }
inline long rawSignalHandle(long pidfd, int signo) {
  return rawCall(SYS_pidfd_send_signal, pidfd, signo, 0, 0);
}
inline void rawSignal(int pid, int signo) { (void)rawCall(SYS_kill, pid, signo); }
inline void rawClose(long fd) { (void)rawCall(SYS_close, fd); }

// Whether this child has ended; also when it is none, or somebody has waited for it.
inline bool rawIsDead(int child) {
  siginfo_t info{};
  const long error =
      rawCall(SYS_waitid, P_PID, child, rawAddress(&info), WEXITED | WNOHANG | WNOWAIT, 0);
  return error != 0 || info.si_pid == child;
}

// Sends SIGKILL to this process after so long. A timer, or -1: too many signals are queued for this
// user. What the C library keeps for a timer it would allocate (timer_create(2)).
inline int rawKillAfter(int ms) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGKILL;
  int timer = -1;
  if (rawCall(SYS_timer_create, CLOCK_MONOTONIC, rawAddress(&event), rawAddress(&timer)) != 0)
    return -1;
  const itimerspec times{{0, 0}, {ms / 1000, ms % 1000 * 1000000L}};
  (void)rawCall(SYS_timer_settime, timer, 0, rawAddress(&times));
  return timer;
}
inline void rawDeleteTimer(int timer) {
  if (timer >= 0) (void)rawCall(SYS_timer_delete, timer);
}

}  // namespace holdfast
