#include "guard/tree-id.h"

#include <cstdio>

#include "posix/port/system.h"

namespace holdfast {

std::string newTreeId() {
  std::string id;
  for (unsigned char byte : randomBytes<10>()) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", byte);
    id += hex;
  }
  return id;
}

}  // namespace holdfast
