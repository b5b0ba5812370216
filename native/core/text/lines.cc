#include "core/text/lines.h"

namespace holdfast {

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

bool isPlain(char c) {
  constexpr std::string_view kPunctuation = "._/:@+,=-";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kPunctuation.find(c) != std::string_view::npos;
}

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string escapeField(std::string_view text) {
  if (text.empty()) return "%";
  std::string field;
  for (char c : text) {
    if (isPlain(c)) {
      field += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    field += '%';
    field += kHexDigits[byte >> 4];
    field += kHexDigits[byte & 15];
  }
  return field;
}

std::string unescapeField(std::string_view field) {
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '%') {
      text += field[i];
    } else if (i + 2 < field.size() && hexValue(field[i + 1]) >= 0 && hexValue(field[i + 2]) >= 0) {
      text += static_cast<char>(hexValue(field[i + 1]) * 16 + hexValue(field[i + 2]));
      i += 2;
    }
  }
  return text;
}

std::vector<std::string_view> splitFields(std::string_view line) {
  std::vector<std::string_view> fields;
  while (!line.empty()) {
    const std::size_t end = line.find(' ');
    fields.push_back(line.substr(0, end));
    line = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
  }
  return fields;
}

std::vector<std::string_view> splitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

bool LineBuffer::next(std::string& line) {
  const std::size_t end = pending_.find('\n');
  if (end == std::string::npos) return false;
  line = pending_.substr(0, end);
  pending_.erase(0, end + 1);
  return true;
}

}  // namespace holdfast
