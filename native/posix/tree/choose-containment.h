// The decision which mechanism holds a tree: the first acceptable one that works here and now and
// leaves no refused route open.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "posix/port/mechanisms.h"

namespace holdfast {

struct Choice {
  std::unique_ptr<Containment> containment;  // empty when none was acceptable
  std::vector<std::string> passedOver;       // "cgroup mkdir EACCES 13", one a candidate
};

Choice chooseContainment(const Terms& terms, const Surroundings& surroundings);

// The refused route that would stay open, or nullptr.
const EscapeRoute* refusedAmong(const std::vector<EscapeRoute>& open, const Terms& terms);

}  // namespace holdfast
