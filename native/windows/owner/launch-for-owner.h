// From a launch request to a tree, for a process that spawns: held by this process where its own
// death is to end the tree at once, else by a guard, which outlives it.
#pragma once

#include "windows/tree/launch-tree.h"

namespace holdfast {

// Throws OsError when no guard can be started.
LaunchedTree launchForOwner(const TreeLaunch& launch);

}  // namespace holdfast
