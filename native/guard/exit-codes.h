// The exit codes of the native programs.
#pragma once

namespace holdfast {

constexpr int kMisuse = 64;              // EX_USAGE, sysexits.h
constexpr int kCannotWrite = 73;         // EX_CANTCREAT, sysexits.h
constexpr int kTimedOut = 124;           // as timeout(1)
constexpr int kContainmentFailed = 125;  // as timeout(1) and env(1): the tool itself failed
constexpr int kCannotExecute = 126;      // POSIX shell, "Exit Status for Commands"
constexpr int kNotFound = 127;

}  // namespace holdfast
