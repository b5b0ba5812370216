// Text that somebody else has chosen (a name, a path, an argument), on its way to a terminal or a
// log. lib/printable.ts does the same in TypeScript.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

// Takes one code point off the front of a text; nothing, and one byte, where it is not UTF-8.
std::optional<char32_t> takeCodePoint(std::string_view& text);

// The text with everything escaped that is no visible character: controls, marks that change the
// direction or hide text, and what is not UTF-8, as \x1b or \u{202e}; a backslash as two.
std::string printable(std::string_view text);

}  // namespace holdfast
