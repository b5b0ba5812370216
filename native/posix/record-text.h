// What stands in a tree's record: everything needed to recognise its members after a crash of
// both owner and guard, one `<key> <value>` a line.
#pragma once

#include <string>
#include <vector>

#include "core/launch.h"

namespace holdfast {

struct RecordFacts {
  const Launch& launch;
  Identity guard;
  Identity owner;
  Mechanism mechanism;
  const std::vector<EscapeRoute>& escapable;
  std::string cgroupPath;
};

std::string recordText(const RecordFacts& facts);

}  // namespace holdfast
