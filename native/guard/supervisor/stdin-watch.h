// Whether anybody can still write to a standard input: an owner that needs no name.
#pragma once

#include <cstdint>

#include "posix/unique-fd.h"

namespace holdfast {

// What standard input is when it cannot hang up: "a regular file", "the null device" and so on.
// nullptr when it can: a pipe, a socket or a terminal.
const char* whyNoOwner(int input);
// It is a pipe or a socket, whose writers a program can be.
bool hangsUp(int input);

class StdinWatch {
 public:
  // A copy of it, which is never read. Throws OsError.
  static UniqueFd copy(int input);

  explicit StdinWatch(UniqueFd input) : input_(std::move(input)) {}

  // What poll(2) should look at; -1: look again at nextAt().
  int fd() const { return nextAt_ == INT64_MAX ? input_.get() : -1; }
  short events() const;
  // All writers are gone, and what they wrote has been read.
  bool isOver();
  std::int64_t nextAt() const { return nextAt_; }

 private:
  UniqueFd input_;
  std::int64_t nextAt_ = INT64_MAX;
};

}  // namespace holdfast
