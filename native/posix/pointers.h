// Strings as execve(2) takes them. The pointers last as long as the strings.
#pragma once

#include <string>
#include <vector>

namespace holdfast {

// Without the null pointer at the end: there is room for one more.
inline std::vector<char*> pointersTo(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 2);
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  return pointers;
}

// With it.
inline std::vector<char*> vectorOf(const std::vector<std::string>& strings) {
  std::vector<char*> pointers = pointersTo(strings);
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace holdfast
