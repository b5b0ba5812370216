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

StartedRoot CgroupContainment::start(ExecRoot& root) {
  CloneRequest request;
  request.cgroupFd = cgroup_.directory();
  Cloned child = cloneProcess(request);
  if (child.pid == 0) {
    if (!child.inCgroup && (errno = cgroup_.join()) != 0) root.fail(ExecRoot::cgroupStep);
    root.becomeRoot();
  }
  return adopt(child.pid, std::move(child.pidfd), root);
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
    if (stat && !stat->dead())
      members.push_back({stat->identity(), stat->ppid, stat->state, stat->name});
  }
}

// cgroup.kill ends a storm that forks faster than any loop, but passes over a process whose main
// thread has exited (kernel/cgroup/cgroup.c, __cgroup_kill signals the dead leader only), and
// over whoever moved out: those are reached one by one.
std::vector<Identity> CgroupContainment::killAll() {
  std::vector<Identity> reached;
  for (const Member& member : members()) reached.push_back(member.identity);
  const bool byKernel = cgroup_.kill();
  if (!byKernel) return Subreaper::killAll();
  for (const Member& member : members()) {
    const int error = signalIdentity(member.identity, SIGKILL);
    if (error == 0) reached.push_back(member.identity);
  }
  return reached;
}

}  // namespace holdfast
