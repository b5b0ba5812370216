#include "core/text/json.h"

#include <cstdio>

#include "core/text/printable.h"

namespace holdfast {

namespace {

constexpr char32_t kReplacement = 0xfffd;

std::string escaped(char32_t unit) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", static_cast<unsigned>(unit));
  return text;
}

// Above the first plane two surrogates stand for one code point (RFC 8259, 7).
std::string escapes(char32_t point) {
  if (point < 0x10000) return escaped(point);
  const char32_t rest = point - 0x10000;
  return escaped(0xd800 + (rest >> 10)) + escaped(0xdc00 + (rest & 0x3ff));
}

}  // namespace

std::string jsonText(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const char32_t point = takeCodePoint(text).value_or(kReplacement);
    if (point == '"' || point == '\\') out += '\\';
    if (point < 0x20 || point > 0x7e)
      out += escapes(point);
    else
      out += static_cast<char>(point);
  }
  return out + '"';
}

}  // namespace holdfast
