#include "linux/recovery/tree-places.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "linux/recovery/tree-cgroup.h"

namespace holdfast {

namespace {

using Trees = std::set<std::size_t>;

const Trees& treesAt(const std::unordered_map<int, Trees>& places, int pid) {
  static const Trees none;
  const auto found = places.find(pid);
  return found == places.end() ? none : found->second;
}

// systemd's, which runs the services of one user (user@.service(5)).
bool isUserManager(const ProcessStat& process, unsigned uid) {
  if (std::string_view(process.name) != "systemd" || process.ppid != 1) return false;
  const std::string unit = "/user@" + std::to_string(uid) + ".service/";
  return uidOf(process.pid) == uid && cgroupsOf(process).find(unit) != std::string::npos;
}

}  // namespace

TreePlaces::TreePlaces(Census& census, const std::vector<TreeClaim>& claims)
    : census_(census), claims_(claims) {
  findSelves();
  for (std::size_t tree = 0; tree < claims_.size(); ++tree) {
    findInCgroup(tree);
    if (isSpared(tree)) {
      shelter(tree);
      continue;
    }
    recorded_[facts(tree).guard.pid].insert(tree);
    recorded_[facts(tree).root.pid].insert(tree);
    // A guard starts nobody but the root, and it is dead: the root's parent has adopted it.
    if (const ProcessStat* root = find(facts(tree).root)) adopters_[root->ppid].insert(tree);
  }
}

bool TreePlaces::isInCgroup(int pid, std::size_t tree) const {
  return treesAt(inCgroup_, pid).count(tree) != 0;
}

Trees TreePlaces::naming(int pid) const {
  Trees trees = treesAt(inCgroup_, pid);
  for (const auto* places : {&recorded_, &sheltered_}) {
    const Trees& more = treesAt(*places, pid);
    trees.insert(more.begin(), more.end());
  }
  return trees;
}

bool TreePlaces::isSheltered(int pid, std::size_t tree) const {
  const Trees& shelters = treesAt(sheltered_, pid);
  return std::any_of(shelters.begin(), shelters.end(),
                     [&](std::size_t spared) { return !encloses(spared, tree); });
}

// Also the guard of a live tree around this one, which is a subreaper and starts nobody else.
bool TreePlaces::adopts(const ProcessStat& parent, std::size_t tree) const {
  if (adoptsAll(parent, facts(tree).uid) || treesAt(adopters_, parent.pid).count(tree) != 0)
    return true;
  for (std::size_t outer : treesAt(sheltered_, parent.pid))
    if (facts(outer).guard == parent.identity() && encloses(outer, tree)) return true;
  return false;
}

bool TreePlaces::adoptsAll(const ProcessStat& parent, unsigned uid) {
  return parent.pid == 1 || isUserManager(parent, uid);
}

bool TreePlaces::encloses(std::size_t outer, std::size_t inner) const {
  return isWithin(facts(inner).mark, facts(outer).mark);
}

bool TreePlaces::isSpared(std::size_t tree) const {
  return claims_[tree].fate == TreeClaim::Fate::spared;
}

const ProcessStat* TreePlaces::find(const Identity& identity) const {
  const ProcessStat* process = identity.pid > 0 ? census_.find(identity.pid) : nullptr;
  return process != nullptr && process->identity() == identity ? process : nullptr;
}

void TreePlaces::findSelves() {
  for (int pid = getpid(); pid > 0 && selves_.insert(pid).second;) {
    const auto stat = readStat(pid);
    pid = stat ? stat->ppid : 0;
  }
}

void TreePlaces::findInCgroup(std::size_t tree) {
  const RecordFacts& record = facts(tree);
  const auto cgroup = adoptCgroup({record.cgroup, record.treeId, record.uid});
  if (!cgroup) return;
  auto& places = isSpared(tree) ? sheltered_ : inCgroup_;
  for (int pid : cgroup->processes()) places[pid].insert(tree);
}

void TreePlaces::shelter(std::size_t tree) {
  const ProcessStat* guard = find(facts(tree).guard);
  const ProcessStat* top = guard != nullptr ? guard : find(facts(tree).root);
  std::set<int> seen;
  std::vector<const ProcessStat*> parents;
  if (top != nullptr) parents.push_back(top);
  while (!parents.empty()) {
    const ProcessStat& parent = *parents.back();
    parents.pop_back();
    if (!seen.insert(parent.pid).second) continue;
    sheltered_[parent.pid].insert(tree);
    for (const ProcessStat* child : census_.childrenOf(parent)) parents.push_back(child);
  }
}

}  // namespace holdfast
