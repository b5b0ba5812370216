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

// Returns only by throwing OsError. SIGPIPE, which a JavaScript runtime ignores, is set back to its
// default, and no signal stays blocked.
[[noreturn]] void become(const Program& program);

// A connected pair of close-on-exec stream sockets. Throws OsError.
struct SocketEnds {
  int first;
  int second;
};
SocketEnds makeSocketEnds();

}  // namespace holdfast
