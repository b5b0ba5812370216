// The front of `holdfast run` on Windows: holds the job itself, stays at the caller's console and
// ends as the command ended. Whoever terminates it ends the tree.
#pragma once

#include <string>
#include <vector>

namespace holdfast {

struct FrontCall {
  std::vector<std::string> arguments;
  int parent = 0;  // whom `--owner parent` means; 0: whoever started this process
};

// Returns the exit code.
int runFront(const FrontCall& call);

}  // namespace holdfast
