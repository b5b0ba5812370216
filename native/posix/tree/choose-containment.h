// Decides which mechanism holds a tree: the first of those asked for that works here and now and
// leaves no refused route open.
#pragma once

#include <memory>
#include <vector>

#include "core/facts.h"
#include "posix/port/mechanisms.h"

namespace holdfast {

struct Choice {
  std::unique_ptr<Containment> containment;  // empty when none was acceptable
  std::vector<fact::PassedOver> passedOver;  // every candidate before it
};

Choice chooseContainment(const Terms& terms, const Surroundings& surroundings);

// The refused route that would stay open, or nullptr.
const EscapeRoute* refusedAmong(const std::vector<EscapeRoute>& open, const Terms& terms);

}  // namespace holdfast
