// Mechanism `cgroup`: the root is born in a cgroup of its own below the owner's, which the
// kernel kills as a whole; on top of the subreaper, which holds what leaves the cgroup.
#pragma once

#include "linux/cgroup.h"
#include "linux/subreaper.h"

namespace holdfast {

class CgroupContainment : public Subreaper {
 public:
  explicit CgroupContainment(Cgroup cgroup) : cgroup_(std::move(cgroup)) {}

  Mechanism mechanism() const override { return Mechanism::cgroup; }
  std::vector<EscapeRoute> escapable() const override;
  std::string cgroupPath() const override { return cgroup_.path(); }
  std::vector<Member> members() override;
  Sweep signalAll(int signo) override;
  Sweep killAll() override;
  bool empty() override { return Subreaper::empty() && !cgroup_.populated(); }
  void dissolve() override { cgroup_.remove(); }

  const Cgroup& cgroup() const { return cgroup_; }

 private:
  std::vector<Member> strays();
  Cgroup cgroup_;
};

}  // namespace holdfast
