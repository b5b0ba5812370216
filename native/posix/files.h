// Reading small files whole.
#pragma once

#include <string>

namespace holdfast {

std::string readToEnd(int fd);                       // what could be read
std::string readWholeFile(const std::string& path);  // empty when unreadable

}  // namespace holdfast
