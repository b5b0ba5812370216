// Small files, read whole, what stands at a path, and what passes to another program.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "posix/unique-fd.h"

namespace holdfast {

// Empty when unreadable. Of a file that loses its content meanwhile, a multiple of kReadBytes.
std::string readWholeFile(const std::string& path);
constexpr std::size_t kReadBytes = 4096;

// What stands now in a file that is open: of one that the kernel makes, a new answer each time
// (seq_file, kernel: Documentation/filesystems/seq_file.rst). Nothing where it cannot be read.
std::optional<std::string> readAgain(const UniqueFd& file);

// The open file is the one at this path, links not followed.
bool standsAt(const std::string& path, int file);

void setCloseOnExec(int fd);

}  // namespace holdfast
