#include "core/text/fields.h"

#include <charconv>
#include <stdexcept>

namespace holdfast {

namespace {

template <typename Number>
Number parse(std::string_view key, std::string_view value) {
  Number number{};
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size()) refuseField(key, value);
  return number;
}

}  // namespace

void FieldWriter::add(std::string_view key, std::string_view value) {
  out_.append(key).append(" ").append(std::to_string(value.size())).append("\n");
  out_.append(value).append("\n");
}

void FieldWriter::add(std::string_view key, std::uint64_t number) {
  add(key, std::to_string(number));
}

void FieldWriter::add(std::string_view key, const Identity& identity) {
  add(key, std::to_string(identity.pid) + ' ' + std::to_string(identity.startTime));
}

std::pair<std::string_view, std::string_view> nextField(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::size_t space = text.find(' ');
  if (end == std::string_view::npos || space >= end)
    refuseField("request", "a field without a length");
  const std::string_view key = text.substr(0, space);
  const auto length = parse<std::size_t>(key, text.substr(space + 1, end - space - 1));
  text.remove_prefix(end + 1);
  if (length >= text.size() || text[length] != '\n') refuseField(key, "a wrong length");
  const std::string_view value = text.substr(0, length);
  text.remove_prefix(length + 1);
  return {key, value};
}

void refuseField(std::string_view key, std::string_view value) {
  constexpr std::size_t kLongestShown = 80;
  throw std::invalid_argument("launch request: bad value for " +
                              std::string(key.substr(0, kLongestShown)) + ": " +
                              std::string(value.substr(0, kLongestShown)));
}

std::uint64_t numberIn(std::string_view key, std::string_view value) {
  return parse<std::uint64_t>(key, value);
}

int intIn(std::string_view key, std::string_view value) { return parse<int>(key, value); }

Identity identityIn(std::string_view key, std::string_view value) {
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos) refuseField(key, value);
  return {parse<int>(key, value.substr(0, space)),
          parse<std::uint64_t>(key, value.substr(space + 1))};
}

}  // namespace holdfast
