#include "posix/tree/choose-containment.h"

#include <algorithm>

#include "core/os-error.h"

namespace holdfast {

const EscapeRoute* refusedAmong(const std::vector<EscapeRoute>& open, const Terms& terms) {
  for (const EscapeRoute& refused : terms.refused)
    if (std::find(open.begin(), open.end(), refused) != open.end()) return &refused;
  return nullptr;
}

Choice chooseContainment(const Terms& terms, const Surroundings& surroundings) {
  Choice choice;
  for (Mechanism mechanism : terms.mechanisms) {
    try {
      std::unique_ptr<Containment> candidate = makeContainment(mechanism, terms, surroundings);
      const EscapeRoute* refused = refusedAmong(candidate->escapable(), terms);
      if (refused == nullptr) {
        choice.containment = std::move(candidate);
        return choice;
      }
      candidate->dissolve();
      const std::string open = "leaves " + std::string(nameOf(*refused)) + " open";
      choice.passedOver.push_back({mechanism, {open, "REFUSED", 0}});
    } catch (const OsError& error) {
      choice.passedOver.push_back({mechanism, error});
    }
  }
  return choice;
}

}  // namespace holdfast
