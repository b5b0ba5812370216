// Ends what a dead guard has left behind and proves it: the last resort of an owner that lives.
#pragma once

#include <string>
#include <vector>

#include "posix/port/leftovers.h"

namespace holdfast {

// The last facts, which the dead guard cannot tell: `survivor ...` and `empty guard-died ...`.
std::vector<std::string> recoverTree(const TreeFacts& facts);

}  // namespace holdfast
