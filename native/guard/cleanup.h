// `holdfast-guard cleanup MARK`: ends abandoned trees of this user, unasked and in silence, but for
// those around the tree with that mark.
#pragma once

#include <string>

namespace holdfast {

int runCleanup(const std::string& mark);

}  // namespace holdfast
