// Small files, read whole, and what stands at a path.
#pragma once

#include <string>

namespace holdfast {

std::string readWholeFile(const std::string& path);  // empty when unreadable

// The open file is the one at this path, links not followed.
bool standsAt(const std::string& path, int file);

}  // namespace holdfast
