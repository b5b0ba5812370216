// Who a process is: its pid and the time it started. A pid alone is never an identity.
#pragma once

#include <cstdint>

namespace holdfast {

struct Identity {
  int pid = 0;
  // Linux: clock ticks after boot, field 22 of /proc/<pid>/stat (proc_pid_stat(5)).
  std::uint64_t startTime = 0;

  bool operator==(const Identity& other) const {
    return pid == other.pid && startTime == other.startTime;
  }
};

}  // namespace holdfast
