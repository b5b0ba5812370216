#include "posix/leftovers.h"

#include <optional>

#include "core/os-error.h"
#include "linux/cgroup.h"
#include "linux/lineage.h"

namespace holdfast {

namespace {

// The path came over the guard's own socket; its last part still has to name this tree.
std::optional<Cgroup> cgroupOf(const TreeFacts& facts) {
  const std::string name = "/holdfast-" + facts.treeId;
  const bool named =
      facts.cgroup.size() > name.size() &&
      facts.cgroup.compare(facts.cgroup.size() - name.size(), name.size(), name) == 0;
  if (!named) return std::nullopt;
  try {
    return Cgroup::adopt(facts.cgroup);
  } catch (const OsError&) {
    return std::nullopt;  // removed already: nobody is inside
  }
}

class LinuxLeftovers : public Leftovers {
 public:
  explicit LinuxLeftovers(const TreeFacts& facts)
      : lineage_(MarkClaim{facts.treeId, facts.mark, facts.guard.startTime}),
        cgroup_(cgroupOf(facts)) {
    if (facts.root.pid > 0) lineage_.add(facts.root);
  }

  std::vector<Member> members() override {
    (void)addInside();
    std::vector<Member> members;
    for (const ProcessStat& stat : lineage_.find(Lineage::Marks::read))
      members.push_back(memberOf(stat));
    return members;
  }

  std::size_t killAll() override {
    const std::vector<int> inside = addInside();
    std::size_t hit = 0;
    if (cgroup_ && cgroup_->kill())  // passes over those that are hit below
      for (int pid : inside) hit += lineage_.countHit(pid);
    return hit + lineage_.kill();
  }

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
};

}  // namespace

std::unique_ptr<Leftovers> findLeftovers(const TreeFacts& facts) {
  return std::make_unique<LinuxLeftovers>(facts);
}

}  // namespace holdfast
