// What a guard says of its tree when it is asked, as lines of docs/protocol.md, and how it
// understands the wish for an end.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/supervisor/ending.h"
#include "posix/tree/containment.h"

namespace holdfast {

std::vector<std::string> memberLines(Containment& containment);
std::string usageLine(Containment& containment);
// Who could not be ended, and why.
std::vector<std::string> survivorLines(Containment& containment);
// For those whom it cannot name, this process.
std::string unnamedSurvivorLine();
std::string emptyLine(EndReason reason, const std::optional<Ending>& ending);

// The fields of an `end` request. A grace of `-` is the tree's own.
EndTerms endTermsIn(const std::vector<std::string_view>& fields, std::uint64_t ownGraceMs);

// The number of a signal; -1, which no system takes for one, where there is none.
int signoIn(std::string_view field);

}  // namespace holdfast
