#include "guard/tree-id.h"

#include <sys/random.h>

#include <cstdio>

#include "core/os-error.h"

namespace holdfast {

std::string newTreeId() {
  unsigned char bytes[10];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw OsError::last("getrandom");
  std::string id;
  for (unsigned char byte : bytes) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", byte);
    id += hex;
  }
  return id;
}

}  // namespace holdfast
