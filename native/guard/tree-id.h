// Names for new trees: 20 random hexadecimal digits.
#pragma once

#include <string>

namespace holdfast {

// Throws OsError.
std::string newTreeId();

}  // namespace holdfast
