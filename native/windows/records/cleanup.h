// What is done by records: the end of a tree whose holder does not answer, and the removal of what
// a crash of the system has left. Nobody is ended unasked: of a job whose holder is dead nobody is
// left, by the kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/records/cleanup-report.h"

namespace holdfast {

enum class CleanupMode { act, tell };

// Throws OsError when the directory cannot be read.
CleanupReport cleanup(const std::string& home, CleanupMode mode);

// Ends a tree by the user's wish: with its guard, which is there for nothing else; where the holder
// is a process of the user's, the root and those who descend from it. Nothing when there is no
// such tree.
std::optional<TreeReport> endInHoldersStead(const std::string& home, const std::string& treeId);

// Every test of one process and its result.
Explanation explain(const std::string& home, int pid);

}  // namespace holdfast
