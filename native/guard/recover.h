// Ends what a dead guard has left behind and proves it: the last resort of an owner that lives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "posix/leftovers.h"
#include "posix/owner-link.h"

namespace holdfast {

// The lines that end the guard's story in its stead: `survivor ...` and `empty guard-died ...`.
std::vector<std::string> recoverTree(const TreeFacts& facts);

// `holdfast-guard recover LINE...`: the facts as arguments, the dead guard's socket at 3.
int runRecover(const std::vector<std::string>& lines);

}  // namespace holdfast
