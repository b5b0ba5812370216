// `holdfast-guard cleanup MARK`: ends the abandoned trees of this user and prints nothing. Trees
// around the tree with that mark are left alone.
#pragma once

#include <string>

namespace holdfast {

int runCleanup(const std::string& mark);

}  // namespace holdfast
