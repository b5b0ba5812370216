// Decimal numbers as people write them, such as 1.5. Without double: what reads one of those from a
// text is a tenth of a small static program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

// A thousand times the number, up to a million millions; later digits are cut off. Nothing when the
// text is anything else.
std::optional<std::uint64_t> thousandthsIn(std::string_view text);
std::string decimalOf(std::uint64_t thousandths);

}  // namespace holdfast
