// Processes that have just been killed. The kernel needs a moment for them: to wait for their ends
// is cheaper than to look at all processes again.
#pragma once

#include <cstddef>
#include <vector>

#include "posix/unique-fd.h"

namespace holdfast {

class Dying {
 public:
  // By its handle, if it has one. Only the last ones are kept: they were killed last.
  void add(UniqueFd handle);
  // Returns when all are dead, or after a moment.
  void await() const;

 private:
  static constexpr std::size_t kMostAwaited = 256;  // as many handles are held at a time

  std::vector<UniqueFd> handles_;
  std::size_t next_ = 0;
};

}  // namespace holdfast
