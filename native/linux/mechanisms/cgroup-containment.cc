#include "linux/mechanisms/cgroup-containment.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "linux/kernel/clone.h"
#include "linux/kernel/own-proc.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/proc.h"
#include "posix/clock.h"

namespace holdfast {

namespace {

constexpr std::int64_t kKernelMs = 30;

}  // namespace

// A member that may write to another cgroup can leave this one; then only the guard holds it.
std::vector<EscapeRoute> CgroupContainment::escapable() const {
  return {EscapeRoute::broker, EscapeRoute::guardKilled, EscapeRoute::ownerAndGuardKilled};
}

std::vector<Member> CgroupContainment::members() {
  std::vector<Member> members = Subreaper::members();
  addStrays(members);
  return members;
}

void CgroupContainment::keepOpen() {
  Subreaper::keepOpen();
  cgroup_.keepOpen();
}

// One that /proc does not show is known by where it is, as in Cgroup::killOneByOne().
int CgroupContainment::signalMember(const Identity& member, int signo) {
  const int error = Subreaper::signalMember(member, signo);
  if (error != ESRCH || member.startTime != 0) return error;
  const std::vector<int> inside = cgroup_.processes();
  if (std::find(inside.begin(), inside.end(), member.pid) == inside.end()) return ESRCH;
  return kill(member.pid, signo) == 0 ? 0 : errno;
}

// Members in the cgroup that do not descend from the guard: somebody else has put them there. Where
// /proc cannot be read, all members but the guard's children.
void CgroupContainment::addStrays(std::vector<Member>& members) const {
  std::set<int> below;
  for (const Member& member : members) below.insert(member.identity.pid);
  const bool sees = procIsOurs() && readStat(getpid());
  for (int pid : cgroup_.processes()) {
    if (below.count(pid) != 0) continue;
    const auto stat = sees ? readStat(pid) : std::nullopt;
    if (stat && !stat->dead()) members.push_back(memberOf(*stat));
    if (sees) continue;
    Member hidden;
    hidden.identity.pid = pid;
    members.push_back(std::move(hidden));
  }
}

// cgroup.kill ends a storm that forks faster than any loop. Looking at the dying one by one would
// only take the processor from them.
std::size_t CgroupContainment::killAll() {
  if (!killedAt_) {
    const std::vector<int> inside = cgroup_.processes();
    if (!cgroup_.kill()) return killByHand();
    killedAt_ = nowMs();
    std::size_t hit = 0;
    for (int pid : inside) hit += countHit(pid);
    return hit;
  }
  if (nowMs() < *killedAt_ + kKernelMs) return 0;
  (void)cgroup_.kill();  // for whoever has come in since
  return killByHand();
}

// The kernel passes over a process whose main thread has exited (kernel/cgroup/cgroup.c,
// __cgroup_kill signals the dead leader only), and over whoever moved out.
std::size_t CgroupContainment::killByHand() {
  std::size_t hit = Subreaper::killAll();
  for (int pid : cgroup_.killOneByOne()) hit += countHit(pid);
  return hit;
}

}  // namespace holdfast
