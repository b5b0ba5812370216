#include "linux/cgroup-containment.h"

#include <signal.h>

#include <cerrno>
#include <set>

#include "linux/clone.h"
#include "linux/pidfd.h"
#include "linux/proc.h"

namespace holdfast {

// A member that may write to another cgroup can leave this one; then only the guard holds it.
std::vector<EscapeRoute> CgroupContainment::escapable() const {
  return {EscapeRoute::broker, EscapeRoute::guardKilled, EscapeRoute::ownerAndGuardKilled};
}

std::vector<Member> CgroupContainment::members() {
  std::vector<Member> members = Subreaper::members();
  addStrays(members);
  return members;
}

// In the cgroup but not below the guard: put there by somebody else.
void CgroupContainment::addStrays(std::vector<Member>& members) const {
  std::set<int> below;
  for (const Member& member : members) below.insert(member.identity.pid);
  for (int pid : cgroup_.processes()) {
    if (below.count(pid) != 0) continue;
    const auto stat = readStat(pid);
    if (stat && !stat->dead()) members.push_back(memberOf(*stat));
  }
}

// cgroup.kill ends a storm that forks faster than any loop, but passes over a process whose main
// thread has exited (kernel/cgroup/cgroup.c, __cgroup_kill signals the dead leader only), and
// over whoever moved out: the following sweeps reach those one by one.
std::size_t CgroupContainment::killAll() {
  std::size_t hit = 0;
  if (!killedByKernel_)
    for (int pid : cgroup_.processes()) hit += countHit(pid);
  const bool first = !killedByKernel_;
  killedByKernel_ = cgroup_.kill();
  if (first && killedByKernel_) return hit;
  hit += Subreaper::killAll();
  for (int pid : cgroup_.processes())
    if (cgroup_.killInside(pid) == 0) hit += countHit(pid);
  return hit;
}

}  // namespace holdfast
