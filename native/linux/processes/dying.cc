#include "linux/processes/dying.h"

#include <cstdint>
#include <utility>

#include "posix/await-events.h"
#include "posix/clock.h"

namespace holdfast {

namespace {

constexpr std::int64_t kDeathsMs = 20;

}  // namespace

void Dying::add(UniqueFd handle) {
  if (!handle) return;
  if (handles_.size() < kMostAwaited) handles_.emplace_back();
  handles_[next_++ % kMostAwaited] = std::move(handle);
}

void Dying::await() const {
  const std::int64_t deadline = nowMs() + kDeathsMs;
  for (const UniqueFd& handle : handles_) {
    const std::int64_t left = deadline - nowMs();
    pollfd watched{handle.get(), POLLIN, 0};
    if (left > 0) (void)awaitEvents(&watched, 1, static_cast<int>(left));
  }
}

}  // namespace holdfast
