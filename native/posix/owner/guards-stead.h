// The end of one recorded tree, because the user wants it and the guard is dead or does not
// answer. What a guard is asked for itself needs none of this.
#pragma once

#include <optional>
#include <string>

#include "posix/recovery/recovery.h"

namespace holdfast {

// Continues the guard of a tree if somebody has stopped it, and tells who it is.
std::optional<Identity> continueGuard(const std::string& home, const std::string& treeId);

// Ends the tree, and a guard that still lives with it. Nothing is done, and nothing told, when
// there is no such tree, or when another process holds the record than the guard it names.
std::optional<TreeReport> endInGuardsStead(const std::string& home, const std::string& treeId);

}  // namespace holdfast
