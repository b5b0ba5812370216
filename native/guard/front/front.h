// The front of `holdfast run`: keeps the pid, process group, session and terminal that the caller
// knows, and ends as the command ended. The guard is its child and treats it as the owner.
#pragma once

#include <string>
#include <vector>

namespace holdfast {

// Returns the exit code, unless it dies of the command's signal.
int runFront(const std::vector<std::string>& arguments);

}  // namespace holdfast
