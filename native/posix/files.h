// Reading small files whole.
#pragma once

#include <string>

namespace holdfast {

std::string readWholeFile(const std::string& path);  // empty when unreadable

}  // namespace holdfast
