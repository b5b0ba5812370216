#include "guard/tree-id.h"

#include <cstdio>
#include <random>

namespace holdfast {

std::string newTreeId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 10; ++i) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", random() & 0xff);
    id += hex;
  }
  return id;
}

}  // namespace holdfast
