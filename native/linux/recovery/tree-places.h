// Where the processes of one look stand with regard to all recorded trees: in whose cgroup, below
// whose guard, and who has adopted whom.
#pragma once

#include <set>
#include <unordered_map>
#include <vector>

#include "linux/processes/census.h"
#include "posix/port/abandoned-trees.h"

namespace holdfast {

class TreePlaces {
 public:
  TreePlaces(Census& census, const std::vector<TreeClaim>& claims);

  // This process, or one that it descends from.
  bool isSelf(int pid) const { return selves_.count(pid) != 0; }
  bool isInCgroup(int pid, std::size_t tree) const;
  // Every tree to which something ties this process: a cgroup, a record that names it, a guard
  // above.
  std::set<std::size_t> naming(int pid) const;
  // In the cgroup of a spared tree, or below its guard (or root): any that is not around this tree.
  bool isSheltered(int pid, std::size_t tree) const;
  // Whether this is one of those that orphans of the tree are left to.
  bool adopts(const ProcessStat& parent, std::size_t tree) const;
  // Whether this is init or a user's service manager, which adopt orphans.
  static bool adoptsAll(const ProcessStat& parent, unsigned uid);

  // Whether `inner` is the same tree as `outer` or inside of it.
  bool encloses(std::size_t outer, std::size_t inner) const;
  bool isSpared(std::size_t tree) const;

 private:
  using Trees = std::set<std::size_t>;

  const RecordFacts& facts(std::size_t tree) const { return claims_[tree].facts; }
  const ProcessStat* find(const Identity& identity) const;
  void findSelves();
  void findInCgroup(std::size_t tree);
  void shelter(std::size_t tree);

  Census& census_;
  const std::vector<TreeClaim>& claims_;
  std::set<int> selves_;
  std::unordered_map<int, Trees> recorded_;  // as root or guard
  std::unordered_map<int, Trees> inCgroup_;
  std::unordered_map<int, Trees> sheltered_;
  std::unordered_map<int, Trees> adopters_;
};

}  // namespace holdfast
