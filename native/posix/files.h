// Small files, read whole, and what stands at a path.
#pragma once

#include <cstddef>
#include <string>

namespace holdfast {

// Empty when unreadable. Of a file that loses its content meanwhile, a multiple of kReadBytes.
std::string readWholeFile(const std::string& path);
constexpr std::size_t kReadBytes = 4096;

// The open file is the one at this path, links not followed.
bool standsAt(const std::string& path, int file);

}  // namespace holdfast
