// Mechanism `subreaper`: when a parent dies, the kernel gives its children to the nearest ancestor
// that has asked for orphans (PR_SET_CHILD_SUBREAPER(2const)), and that is the guard. So every
// member stays below the guard however often it forks or changes its session. A guard without
// children (ECHILD, wait(2)) has proof that the tree is empty.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "linux/mechanisms/reaper.h"
#include "posix/tree/containment.h"

namespace holdfast {

class Subreaper : public Containment {
 public:
  // Makes this process a subreaper for good. Throws OsError.
  Subreaper();
  // In a process that has been one before it became another program (PR_SET_CHILD_SUBREAPER is
  // preserved across execve(2), PR_SET_CHILD_SUBREAPER(2const)).
  Subreaper(const Identity& root, OwnChildren children) : reaper_(root.pid, std::move(children)) {}

  Mechanism mechanism() const override { return Mechanism::subreaper; }
  std::vector<EscapeRoute> escapable() const override;
  StartedRoot start(ExecRoot& exec) override { return startIn(nullptr, exec); }
  std::optional<ExitStatus> rootStatus() const override { return reaper_.rootStatus(); }
  std::optional<int> takeStopChange() override { return reaper_.takeStopChange(); }
  void collectRoot() override { reaper_.collectRoot(); }
  std::vector<Member> members() override;
  Usage usage() override;
  int signalMember(const Identity& member, int signo) override;
  std::size_t killAll() override;
  void reap() override { reaper_.reap(); }
  bool empty() override { return reaper_.noneLeft(); }
  UniqueFd releaseChildren() override { return reaper_.children().release(); }
  void keepOpen() override { reaper_.children().open(); }
  bool blind() override { return reaper_.children().blind(); }

 protected:
  StartedRoot startIn(const Cgroup* cgroup, ExecRoot& exec) {
    return reaper_.adopt(cloneRoot(exec, cgroup), exec);
  }
  // 1 when this process is hit for the first time.
  std::size_t countHit(int pid) { return hit_.insert(pid).second ? 1 : 0; }

 private:
  std::size_t endStorm();

  Reaper reaper_;
  std::set<int> hit_;
  int sweeps_ = 0;
};

}  // namespace holdfast
