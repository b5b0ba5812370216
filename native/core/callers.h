// Which programs run another one and only wait for it: through them somebody else has called.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

enum class CallerKind {
  none,
  shell,   // `sh -c ...`
  runner,  // a node that runs npm, npx, pnpm or yarn
};

// Of the file that a process executes, and the words of its command line.
CallerKind callerKindOf(std::string_view program, const std::vector<std::string>& words);

}  // namespace holdfast
