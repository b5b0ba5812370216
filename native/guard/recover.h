// `holdfast-guard recover LINE...`: the facts as arguments, the dead guard's socket at 3.
#pragma once

#include <string>
#include <vector>

namespace holdfast {

int runRecover(const std::vector<std::string>& lines);

}  // namespace holdfast
