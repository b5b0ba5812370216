// Puts another program in the place of this process, as far as Windows can: this process waits for
// it, passes its end on, and takes it along when it dies itself.
#pragma once

#include <string>
#include <vector>

namespace holdfast {

struct NextProgram {
  std::string file;  // absolute
  std::vector<std::string> args;
  std::vector<std::string> env;
};

// Returns only by throwing OsError.
[[noreturn]] void become(const NextProgram& program);

}  // namespace holdfast
