#include "core/text/printable.h"

#include <cstdio>

namespace holdfast {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Controls, marks without a shape, private use, separators but for the space (Unicode 14: Cc,
// Cf, Co, Cs, Zl, Zp, Zs and Default_Ignorable_Code_Point; what is unassigned between them counts,
// too).
constexpr Range kInvisible[] = {
    {0x0, 0x1f},        {0x7f, 0xa0},        {0xad, 0xad},       {0x34f, 0x34f},
    {0x600, 0x605},     {0x61c, 0x61c},      {0x6dd, 0x6dd},     {0x70f, 0x70f},
    {0x890, 0x891},     {0x8e2, 0x8e2},      {0x115f, 0x1160},   {0x1680, 0x1680},
    {0x17b4, 0x17b5},   {0x180b, 0x180f},    {0x2000, 0x200f},   {0x2028, 0x202f},
    {0x205f, 0x206f},   {0x3000, 0x3000},    {0x3164, 0x3164},   {0xd800, 0xf8ff},
    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},    {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
    {0x110bd, 0x110bd}, {0x110cd, 0x110cd},  {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
};

bool isVisible(char32_t point) {
  for (const Range& range : kInvisible)
    if (point >= range.first && point <= range.last) return false;
  return true;
}

// The length of the sequence that this byte begins, and the bits of the byte that count. 0: no
// sequence begins with it.
struct Lead {
  std::size_t length;
  unsigned bits;
};

Lead leadOf(unsigned char byte) {
  if (byte < 0x80) return {1, byte};
  if (byte >= 0xc2 && byte <= 0xdf) return {2, byte & 0x1fu};
  if (byte >= 0xe0 && byte <= 0xef) return {3, byte & 0x0fu};
  if (byte >= 0xf0 && byte <= 0xf4) return {4, byte & 0x07u};
  return {0, 0};
}

// Overlong forms and surrogates are no UTF-8 (RFC 3629, 3).
bool isScalar(char32_t point, std::size_t length) {
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  return point >= kLeast[length] && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
}

std::string hex(const char* form, unsigned number) {
  char text[16];
  std::snprintf(text, sizeof text, form, number);
  return text;
}

}  // namespace

std::optional<char32_t> takeCodePoint(std::string_view& text) {
  const Lead lead = leadOf(static_cast<unsigned char>(text.front()));
  const std::string_view sequence = text.substr(0, lead.length);
  text.remove_prefix(1);
  if (lead.length == 0 || sequence.size() < lead.length) return std::nullopt;
  char32_t point = lead.bits;
  for (char c : sequence.substr(1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    point = (point << 6) | (byte & 0x3fu);
  }
  if (!isScalar(point, lead.length)) return std::nullopt;
  text.remove_prefix(lead.length - 1);
  return point;
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::string_view before = text;
    const auto point = takeCodePoint(text);
    if (point == U'\\') {
      shown += "\\\\";  // so that no escape can be forged
    } else if (!point) {
      shown += hex("\\x%02x", static_cast<unsigned char>(before.front()));
    } else if (isVisible(*point)) {
      shown.append(before.substr(0, before.size() - text.size()));
    } else {
      shown += hex(*point < 0x100 ? "\\x%02x" : "\\u{%04x}", static_cast<unsigned>(*point));
    }
  }
  return shown;
}

}  // namespace holdfast
