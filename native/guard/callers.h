// Through whom the front was called, and by whom.
#pragma once

#include <vector>

#include "core/identity.h"

namespace holdfast {

struct Callers {
  // From the parent up: shells that only wait, up to the first npm, npx, pnpm or yarn.
  std::vector<Identity> chain;
  // The first ancestor above them.
  Identity above;
  // Whether it is a program that has started one of npm, npx, pnpm and yarn, and no shell.
  bool isClient = false;
};

Callers findCallers();

}  // namespace holdfast
