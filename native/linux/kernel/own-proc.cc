#include "linux/kernel/own-proc.h"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "linux/kernel/numbers.h"
#include "posix/files.h"

namespace holdfast {

namespace {

// Seen from the namespace around ours a process has two, which may be the same by chance
// (proc_pid_status(5), NSpid; Linux 4.1).
bool hasOnePid() {
  static const bool one = [] {
    const std::string status = readWholeFile("/proc/self/status");
    constexpr std::string_view kName = "\nNSpid:";
    const std::size_t at = status.find(kName);
    if (at == std::string::npos) return !status.empty();
    const std::string_view rest = std::string_view(status).substr(at + kName.size());
    return numbersIn(rest.substr(0, rest.find('\n'))).size() == 1;
  }();
  return one;
}

}  // namespace

bool procIsOurs() {
  char target[16];
  const ssize_t length = readlink("/proc/self", target, sizeof target);
  const std::string_view self(target, length > 0 ? static_cast<std::size_t>(length) : 0);
  return self == std::to_string(getpid()) && hasOnePid();
}

void requireOwnProc() {
  if (!procIsOurs()) throw noOwnProc();
}

OsError noOwnProc() {
  return {"find this process in /proc: it has to be that of its PID namespace", ENOENT};
}

bool procHidesProcesses() { return access("/proc/1/stat", R_OK) != 0; }

}  // namespace holdfast
