// The numbers in a text, and those that are names of files, as /proc has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

// The decimal numbers of a list, whatever separates them.
std::vector<int> numbersIn(std::string_view text);

struct NumberedEntry {
  int number;
  std::uint64_t inode;
};

// The entries of a directory whose names are numbers; nothing when it cannot be read. With a
// limit: hardly more than so many, at least that many if there are.
std::vector<NumberedEntry> numberedEntriesIn(const std::string& path, std::size_t limit = SIZE_MAX);

// Only their numbers.
std::vector<int> numbersNamedIn(const std::string& path, std::size_t limit = SIZE_MAX);

}  // namespace holdfast
