// Mechanism `cgroup`: the root is born in a cgroup of its own below the owner's, and a child is
// always born in the cgroup of its parent (cgroups(7)). The kernel kills all members at once
// (cgroup.kill, cgroups(7)) and tells when none is left (cgroup.events). A member that may write to
// another cgroup can move there; the guard is a subreaper too, and holds it as its descendant.
#pragma once

#include "linux/kernel/cgroup.h"
#include "linux/mechanisms/subreaper.h"

namespace holdfast {

class CgroupContainment : public Subreaper {
 public:
  // Throws OsError.
  explicit CgroupContainment(const std::string& treeId) : cgroup_(Cgroup::createBelowOwn(treeId)) {}

  // One that was handed over.
  CgroupContainment(const Identity& root, OwnChildren children, Cgroup cgroup)
      : Subreaper(root, std::move(children)), cgroup_(std::move(cgroup)) {}

  Mechanism mechanism() const override { return Mechanism::cgroup; }
  std::vector<EscapeRoute> escapable() const override;
  StartedRoot start(ExecRoot& exec) override { return startIn(&cgroup_, exec); }
  std::string cgroupPath() const override { return cgroup_.path(); }
  std::vector<Member> members() override;
  int signalMember(const Identity& member, int signo) override;
  std::size_t killAll() override;
  UniqueFd releaseDirectory() override { return cgroup_.releaseDirectory(); }
  bool empty() override { return Subreaper::empty() && cgroup_.vacated(); }
  void keepOpen() override;
  void dissolve() override { cgroup_.remove(); }

 private:
  void addStrays(std::vector<Member>& members) const;
  std::size_t killByHand();

  Cgroup cgroup_;
  std::optional<std::int64_t> killedAt_;  // by the kernel
};

}  // namespace holdfast
