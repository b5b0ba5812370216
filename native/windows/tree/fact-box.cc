#include "windows/tree/fact-box.h"

#include <chrono>
#include <utility>

namespace holdfast {

void FactBox::put(const std::string& fact) {
  const std::lock_guard<std::mutex> held(lock_);
  facts_.push_back(fact);
  arrived_.notify_one();
  if (bell_) bell_();
}

std::vector<std::string> FactBox::take() {
  const std::lock_guard<std::mutex> held(lock_);
  return std::exchange(facts_, {});
}

std::vector<std::string> FactBox::takeWithin(int timeoutMs) {
  std::unique_lock<std::mutex> held(lock_);
  arrived_.wait_for(held, std::chrono::milliseconds(timeoutMs), [this] { return !facts_.empty(); });
  return std::exchange(facts_, {});
}

void FactBox::setBell(std::function<void()> bell) {
  const std::lock_guard<std::mutex> held(lock_);
  bell_ = std::move(bell);
}

}  // namespace holdfast
