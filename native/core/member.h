// A process as the process table shows it.
#pragma once

#include <cstdint>
#include <string>

#include "core/identity.h"

namespace holdfast {

struct Member {
  Identity identity;
  int ppid = 0;
  char state = '?';
  std::string name;  // chosen by the process itself: escape before printing
  std::uint64_t cpuMicroseconds = 0;
  std::uint64_t memoryBytes = 0;  // resident
  std::uint64_t ageMs = 0;
};

struct Usage {
  std::uint64_t processes = 0;
  std::uint64_t cpuMicroseconds = 0;
  std::uint64_t memoryBytes = 0;
};

}  // namespace holdfast
