// The last steps of a process that shares its owner's memory while the owner goes on: into a
// program of its own, or out. Nothing but the kernel is used.
#pragma once

#include <fcntl.h>

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

// An open descriptor that the program keeps; -1: none.
inline void rawKeepOpen(int fd) {
  if (fd >= 0) (void)rawCall(SYS_fcntl, fd, F_SETFD, 0);  // open: it cannot fail
}

// Returns when the kernel refuses.
inline void rawExecute(const char* path, char* const* argv, char* const* envp) {
  (void)rawCall(SYS_execve, reinterpret_cast<long>(path), reinterpret_cast<long>(argv),
                reinterpret_cast<long>(envp));
}

[[noreturn]] inline void rawExit(int code) {
  while (true) (void)rawCall(SYS_exit_group, code);
}

}  // namespace holdfast
