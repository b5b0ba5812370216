// `holdfast-guard launch own|other REQUESTS FACTS HANDLE...`: holds the job of one tree whose owner
// is not the process that spawned it, or whose tree is to be ended politely when it dies.
#pragma once

#include <string>
#include <vector>

namespace holdfast {

// Returns when the tree is empty.
int runLaunch(const std::vector<std::string>& words);

}  // namespace holdfast
