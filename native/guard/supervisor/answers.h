// What a guard says of its tree when it is asked, as lines of docs/protocol.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "guard/supervisor/ending.h"
#include "posix/tree/containment.h"

namespace holdfast {

std::vector<std::string> memberLines(Containment& containment);
std::string usageLine(Containment& containment);
// Who could not be ended, and why.
std::vector<std::string> survivorLines(Containment& containment);
// The guard itself stands for survivors that it cannot name.
std::string unnamedSurvivorLine();
std::string emptyLine(EndReason reason, const std::optional<Ending>& ending);

}  // namespace holdfast
