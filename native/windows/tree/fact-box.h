// Carries facts from the thread that supervises a tree to its owner's: a queue to take from or to
// wait at, and a bell that rings in the event loop.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace holdfast {

class FactBox {
 public:
  void put(const std::string& fact);
  std::vector<std::string> take();
  // Waits for the first; none when the time is over.
  std::vector<std::string> takeWithin(int timeoutMs);

  // Called at every put(), on whatever thread that is; an empty one takes the bell away, and is not
  // being called any more when this returns.
  void setBell(std::function<void()> bell);

 private:
  std::mutex lock_;
  std::condition_variable arrived_;
  std::vector<std::string> facts_;
  std::function<void()> bell_;
};

}  // namespace holdfast
