// What a process runs.
#pragma once

#include <string>
#include <vector>

namespace holdfast {

// The file that it executes; empty where that may not be seen.
std::string programOf(int pid);
// The words of its command line, which it may have overwritten itself.
std::vector<std::string> wordsOf(int pid);
// Whether its standard input is the null device, and this process's.
bool readsNothing(int pid);
bool readsNothing();

}  // namespace holdfast
