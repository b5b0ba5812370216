// Turns this process into another program (execve(2)).
#pragma once

#include <string>
#include <vector>

namespace holdfast {

struct Program {
  std::string file;
  std::vector<std::string> args;  // with argv[0]
  std::vector<std::string> env;
};

// The environment of this process, byte for byte.
std::vector<std::string> ownEnvironment();

// Returns only by throwing OsError. SIGPIPE and SIGXFSZ, which a JavaScript runtime ignores, are
// set back to their defaults, no signal stays blocked, and the soft limit of descriptors is the
// parent's again.
[[noreturn]] void become(const Program& program);

}  // namespace holdfast
