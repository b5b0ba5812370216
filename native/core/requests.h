// What is read alike of the requests to whoever holds a tree, on every system: fields of a line of
// docs/protocol.md. lib/tree writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/facts.h"

namespace holdfast {

using Fields = std::vector<std::string_view>;

// end REASON SIGNO GRACE
struct EndRequest {
  EndReason reason = EndReason::kill;
  int signo = -1;                        // as it came; -1: no number
  std::optional<std::uint64_t> graceMs;  // nothing: the tree's own
};
// Nothing for another request. An unknown reason is a kill.
std::optional<EndRequest> readEndRequest(const Fields& fields);

// Whether others than the owner may ask for this: `members` and `usage`.
bool isQuestion(const Fields& fields);
// The same of an end: `end kill` and `end terminate`.
bool isEndForAll(const Fields& fields);

// The number of a signal; -1, which no system takes for one, for what is no number.
int signoIn(std::string_view field);

}  // namespace holdfast
