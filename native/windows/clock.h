// Milliseconds that only go forward.
#pragma once

#include <chrono>
#include <cstdint>

namespace holdfast {

inline std::int64_t nowMs() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace holdfast
