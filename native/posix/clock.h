// Milliseconds of the monotonic clock; deadlines are kept in them.
#pragma once

#include <ctime>

#include <cstdint>

namespace holdfast {

inline std::int64_t nowMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

}  // namespace holdfast
