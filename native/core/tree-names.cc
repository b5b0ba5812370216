#include "core/tree-names.h"

namespace holdfast {

namespace {

template <typename Accept>
bool allOf(std::string_view text, Accept accept) {
  for (char c : text)
    if (!accept(c)) return false;
  return true;
}

bool isLowerAlnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

bool isLabelChar(char c) {
  return isLowerAlnum(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

}  // namespace

bool isTreeId(std::string_view text) {
  return text.size() >= 16 && text.size() <= 32 && allOf(text, isLowerAlnum);
}

bool isMark(std::string_view text) {
  if (text.size() > 1024) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!isTreeId(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool isLabel(std::string_view text) {
  return !text.empty() && text.size() <= 64 && allOf(text, isLabelChar);
}

}  // namespace holdfast
