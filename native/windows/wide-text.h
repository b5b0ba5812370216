// Text as Windows wants it (UTF-16) and as everybody else does (UTF-8).
#pragma once

#include <string>
#include <string_view>

namespace holdfast {

std::wstring wideText(std::string_view utf8);
std::string narrowText(std::wstring_view utf16);

// Whether two texts are the same but for the case of their letters, as Windows compares the names
// of variables and files.
bool sameIgnoringCase(std::wstring_view one, std::wstring_view other);

}  // namespace holdfast
