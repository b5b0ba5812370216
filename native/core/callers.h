// Which programs run another one and only wait for it: through them somebody else has called.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/identity.h"

namespace holdfast {

enum class CallerKind {
  none,
  shell,   // `sh -c ...`
  runner,  // a node that runs npm, npx, pnpm or yarn
};

// Through whom a program was called, and by whom.
struct Callers {
  // From the parent up: shells that only wait, up to the first npm, npx, pnpm or yarn.
  std::vector<Identity> chain;
  // The first ancestor above them.
  Identity above;
  // Whether it is a program that has started one of npm, npx, pnpm and yarn, and no shell.
  bool isClient = false;
};

// Whatever it runs.
bool isShell(std::string_view program);

// Of the file that a process executes, and the words of its command line.
CallerKind callerKindOf(std::string_view program, const std::vector<std::string>& words);

// Whether the command of a shell contains an `&`: the shell does not wait for what stands before.
bool runsInBackground(const std::vector<std::string>& words);

}  // namespace holdfast
