#include "guard/tree-id.h"

#include <cstdio>

#include "posix/port/system.h"

namespace holdfast {

std::string newTreeId() {
  unsigned char bytes[10];
  fillRandomly(bytes, sizeof bytes);
  std::string id;
  for (unsigned char byte : bytes) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", byte);
    id += hex;
  }
  return id;
}

}  // namespace holdfast
