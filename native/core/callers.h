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

// Whatever it runs.
bool isShell(std::string_view program);

// Of the file that a process executes, and the words of its command line.
CallerKind callerKindOf(std::string_view program, const std::vector<std::string>& words);

// Of a shell that runs a command: whether that has an `&` of its own, by which the shell goes on.
bool runsInBackground(const std::vector<std::string>& words);

}  // namespace holdfast
