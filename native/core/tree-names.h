// The names that a tree goes by: its id, its mark, its label.
#pragma once

#include <string_view>

namespace holdfast {

// Tree ids name files and cgroups, so they are hostile until checked: [0-9a-z]{16,32}.
bool isTreeId(std::string_view text);
// A mark is a path of tree ids joined with dots, outermost first.
bool isMark(std::string_view text);
// [A-Za-z0-9._-]{1,64}
bool isLabel(std::string_view text);

}  // namespace holdfast
