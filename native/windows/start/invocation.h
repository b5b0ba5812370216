// How this program was started: its file, its arguments, its environment, as UTF-8.
#pragma once

#include <string>
#include <vector>

namespace holdfast {

std::string ownFile();
// With the name of the program first.
std::vector<std::string> ownArguments();
// "KEY=value", also the current directories of drives ("=C:=C:\\dir").
std::vector<std::string> ownEnvironment();

// The descriptors that the C runtime of our starter has passed on, by number; nothing: closed.
// Only while nothing of ours has closed one of them.
std::vector<void*> inheritedDescriptors();

// Standard input and output are somebody else's alone from here on: their ends show when he closes
// them. Errors stay open.
void letGoOfStreams();

}  // namespace holdfast
