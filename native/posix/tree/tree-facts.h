// What is known of a tree whose guard has died: the facts that the guard had told.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/facts.h"

namespace holdfast {

struct TreeFacts {
  std::string treeId;
  std::string mark;
  Identity guard;      // no member is older; pid 0: it died early
  Identity root;       // pid 0: the guard died before it could tell
  std::string cgroup;  // path, or empty
  std::string record;  // path, or empty
  std::optional<Mechanism> mechanism;

  // Takes a fact that recovery needs (docs/protocol.md, "When the guard dies"). False: another one.
  bool take(const Fact& fact);
  bool take(std::string_view line);
};

}  // namespace holdfast
