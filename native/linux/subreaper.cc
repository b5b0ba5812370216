#include "linux/subreaper.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "core/os-error.h"
#include "linux/clone.h"
#include "linux/pidfd.h"
#include "linux/proc.h"
#include "posix/process.h"

namespace holdfast {

namespace {

// A sweep that only kills meets most trees; one that forks faster is stopped first.
constexpr int kPlainSweeps = 3;
constexpr int kStopRounds = 64;
constexpr std::size_t kSmallTree = 32;

}  // namespace

Subreaper::Subreaper() {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) throw OsError::last("prctl");
}

std::vector<EscapeRoute> Subreaper::escapable() const {
  std::vector<EscapeRoute> routes{EscapeRoute::broker};
  if (geteuid() != 0) routes.push_back(EscapeRoute::gainedPrivilege);
  routes.push_back(EscapeRoute::guardKilled);
  routes.push_back(EscapeRoute::ownerAndGuardKilled);
  if (access("/proc/self/stat", R_OK) != 0) routes.push_back(EscapeRoute::hiddenProc);
  return routes;
}

std::vector<Member> Subreaper::members() {
  std::vector<Member> members;
  for (const ProcessStat& stat : descendantsOf(getpid())) members.push_back(memberOf(stat));
  return members;
}

Usage Subreaper::usage() { return usageOf(descendantsOf(getpid())); }

int Subreaper::signalMember(const Identity& member, int signo) {
  return signalIdentity(member, signo);
}

// A small tree is hit as a whole. Of a large one the children first: whoever dies leaves its own
// children to us, and what is deeper is looked for in the next sweep only, when most of it has
// come up already.
std::size_t Subreaper::killAll() {
  sweeps_ += 1;
  if (sweeps_ > kPlainSweeps) stopAll();
  const std::size_t limit = sweeps_ > 1 ? SIZE_MAX : kSmallTree;
  const std::vector<ProcessStat> seen = descendantsOf(getpid(), limit);
  std::size_t hit = killChildren();
  for (const ProcessStat& stat : seen)
    if (signalIdentity(stat.identity(), SIGKILL) == 0) hit += countHit(stat.pid);
  return hit;
}

// A child that has not been waited for keeps its pid: no other identity is needed.
std::size_t Subreaper::killChildren() {
  std::size_t hit = 0;
  for (int pid : childrenOf(getpid()))
    if (!reaper_.holdsDead(pid) && kill(pid, SIGKILL) == 0) hit += countHit(pid);
  return hit;
}

// A tree that forks while it is killed is brought to a stand first: stop whatever is found until
// a round finds nothing new (docs/gotchas.md#fork-storms).
void Subreaper::stopAll() {
  std::set<std::pair<int, std::uint64_t>> stopped;
  for (int round = 0; round < kStopRounds; ++round) {
    bool grew = false;
    for (const ProcessStat& stat : descendantsOf(getpid())) {
      if (!stopped.insert({stat.pid, stat.startTime}).second) continue;
      (void)signalIdentity(stat.identity(), SIGSTOP);  // who is denied shows when it is killed
      grew = true;
    }
    if (!grew) return;
  }
}

}  // namespace holdfast
