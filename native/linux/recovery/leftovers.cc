#include "posix/port/leftovers.h"

#include <unistd.h>

#include <optional>

#include "core/os-error.h"
#include "core/tree-names.h"
#include "linux/kernel/own-proc.h"
#include "linux/processes/lineage.h"
#include "linux/recovery/tree-cgroup.h"

namespace holdfast {

namespace {

// That of a guard which died before it could tell is where this process would make one.
std::string cgroupPathOf(const TreeFacts& facts) {
  if (!facts.cgroup.empty()) return facts.cgroup;
  try {
    return Cgroup::ownDirectory() + '/' + cgroupNameOf(facts.treeId);
  } catch (const OsError&) {
    return {};  // no cgroup2: it had none
  }
}

class LinuxLeftovers : public Leftovers {
 public:
  explicit LinuxLeftovers(const TreeFacts& facts)
      : lineage_(MarkClaim{facts.treeId, facts.mark, facts.guard.startTime}),
        cgroup_(adoptCgroup({cgroupPathOf(facts), facts.treeId, geteuid()})),
        held_(cgroup_ || facts.mechanism == Mechanism::pidNamespace) {
    if (facts.root.pid > 0) lineage_.add(facts.root);
  }

  std::vector<Member> members() override {
    (void)addInside();
    std::vector<Member> members;
    for (const ProcessStat& stat : lineage_.findSurely()) members.push_back(memberOf(stat));
    if (lineage_.blind()) throw noOwnProc();
    return members;
  }

  std::size_t killAll() override {
    const std::vector<int> inside = addInside();
    // A member that has left the cgroup is known by its parents, which the kernel is about to kill.
    if (cgroup_) (void)lineage_.find(Lineage::Marks::ignore);
    std::size_t hit = 0;
    if (cgroup_ && cgroup_->kill())  // passes over those that are hit below
      for (int pid : inside) hit += lineage_.countHit(pid);
    return hit + lineage_.kill();
  }

  // Members that the kernel does not hold are found in /proc only.
  bool seesAll() const override { return held_ || !procHidesProcesses(); }

  void dissolve() override {
    if (cgroup_) cgroup_->remove();
  }

 private:
  std::vector<int> addInside() {
    if (!cgroup_) return {};
    std::vector<int> inside = cgroup_->processes();
    for (int pid : inside)
      if (const auto stat = readStat(pid)) lineage_.add(stat->identity());
    return inside;
  }

  Lineage lineage_;
  std::optional<Cgroup> cgroup_;
  bool held_;
};

}  // namespace

std::unique_ptr<Leftovers> findLeftovers(const TreeFacts& facts) {
  return std::make_unique<LinuxLeftovers>(facts);
}

}  // namespace holdfast
