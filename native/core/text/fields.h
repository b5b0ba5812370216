// The form in which a launch travels: `<key> <length>\n<bytes>\n` for each field, so that any
// byte may stand in a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/identity.h"

namespace holdfast {

class FieldWriter {
 public:
  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, std::uint64_t number);
  void add(std::string_view key, const Identity& identity);
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// Cuts one field off the front of the text. Throws std::invalid_argument.
std::pair<std::string_view, std::string_view> nextField(std::string_view& text);

// Throw std::invalid_argument that names the key at fault.
[[noreturn]] void refuseField(std::string_view key, std::string_view value);
std::uint64_t numberIn(std::string_view key, std::string_view value);
int intIn(std::string_view key, std::string_view value);
Identity identityIn(std::string_view key, std::string_view value);

}  // namespace holdfast
