// Cgroups that a guard has made and nobody has removed: it was killed before it could record them.
//
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast {

struct StrayCgroup {
  std::string path;
  std::string treeId;
};

// The empty ones below this process's own cgroup, made by this user at least so long ago. What it
// finds may be a tree's that lives: only its record tells.
std::vector<StrayCgroup> emptyCgroups(std::uint64_t minAgeMs);

// Nothing happens to one that has got a process meanwhile. Whether it is gone.
bool removeCgroup(const StrayCgroup& cgroup);

}  // namespace holdfast
