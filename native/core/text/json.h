// The little JSON the native programs write.
#pragma once

#include <string>
#include <string_view>

namespace holdfast {

// A string literal; control characters and everything that is not ASCII as \u escapes, what is
// not UTF-8 as the replacement character.
std::string jsonText(std::string_view text);

}  // namespace holdfast
