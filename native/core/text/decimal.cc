#include "core/text/decimal.h"

namespace holdfast {

namespace {

constexpr std::size_t kMostDigits = 13;

bool isDigit(char letter) { return letter >= '0' && letter <= '9'; }

}  // namespace

std::optional<std::uint64_t> thousandthsIn(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction = point == std::string_view::npos ? "0" : text.substr(point + 1);
  if (whole.empty() || whole.size() > kMostDigits || fraction.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (const char digit : whole) {
    if (!isDigit(digit)) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  for (const char digit : fraction)
    if (!isDigit(digit)) return std::nullopt;
  for (std::size_t place = 0; place < 3; ++place)
    number = number * 10 +
             static_cast<std::uint64_t>(place < fraction.size() ? fraction[place] - '0' : 0);
  return number;
}

std::string decimalOf(std::uint64_t thousandths) {
  const std::string fraction = std::to_string(1000 + thousandths % 1000).substr(1);
  return std::to_string(thousandths / 1000) + "." + fraction;
}

}  // namespace holdfast
