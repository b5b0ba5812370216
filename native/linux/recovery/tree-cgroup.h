// The cgroup that a record names, believed only as far as it can be checked.
#pragma once

#include <optional>

#include "linux/kernel/cgroup.h"

namespace holdfast {

struct CgroupClaim {
  std::string path;
  std::string treeId;
  unsigned uid = 0;
};

// A cgroup below a cgroup2 mount, named for the tree and owned by its user. Nothing when the path
// is another's, or leads nowhere any more.
std::optional<Cgroup> adoptCgroup(const CgroupClaim& claim);

}  // namespace holdfast
