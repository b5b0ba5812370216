#include "linux/cgroup-containment.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>

#include "linux/pidfd.h"
#include "linux/proc.h"

namespace holdfast {

// A member that may write to another cgroup can leave this one; then only the guard holds it.
std::vector<EscapeRoute> CgroupContainment::escapable() const {
  return {EscapeRoute::broker, EscapeRoute::guardKilled, EscapeRoute::ownerAndGuardKilled};
}

std::vector<Member> CgroupContainment::members() {
  std::vector<Member> members = Subreaper::members();
  for (Member& stray : strays()) members.push_back(std::move(stray));
  return members;
}

// In the cgroup but not below the guard: put there by somebody else.
std::vector<Member> CgroupContainment::strays() {
  const std::vector<Member> below = Subreaper::members();
  std::vector<Member> strays;
  for (int pid : cgroup_.processes()) {
    const auto stat = readStat(pid);
    const bool known = std::any_of(below.begin(), below.end(), [&](const Member& member) {
      return member.identity.pid == pid;
    });
    if (stat && !known && !stat->dead())
      strays.push_back({stat->identity(), stat->ppid, stat->state, stat->name});
  }
  return strays;
}

Sweep CgroupContainment::signalAll(int signo) {
  Sweep sweep = Subreaper::signalAll(signo);
  for (const Member& stray : strays()) {
    const int error = signalIdentity(stray.identity, signo);
    if (error == 0) sweep.reached.push_back(stray.identity);
    if (error == EPERM) sweep.denied.push_back(stray);
  }
  return sweep;
}

// cgroup.kill ends a storm that forks faster than any loop, but passes over a process whose main
// thread has exited (kernel/cgroup/cgroup.c, __cgroup_kill signals the dead leader only), and
// whoever moved out: the sweep that follows reaches those.
Sweep CgroupContainment::killAll() {
  Sweep before;
  for (const Member& member : members()) before.reached.push_back(member.identity);
  if (!cgroup_.kill()) return signalAll(SIGKILL);
  Sweep sweep = signalAll(SIGKILL);
  sweep.reached.insert(sweep.reached.end(), before.reached.begin(), before.reached.end());
  return sweep;
}

}  // namespace holdfast
