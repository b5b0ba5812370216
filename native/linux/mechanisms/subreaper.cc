#include "linux/mechanisms/subreaper.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>

#include "core/os-error.h"
#include "linux/kernel/clone.h"
#include "linux/kernel/own-proc.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/proc.h"
#include "linux/processes/standstill.h"
#include "posix/port/process.h"

namespace holdfast {

namespace {

// A sweep that only kills meets most trees; one that is not gone by then keeps forking.
constexpr int kPlainSweeps = 3;
constexpr std::size_t kSmallTree = 32;
constexpr std::ptrdiff_t kStorm = kSmallTree / 2;

// Most trees wait for something, even large ones.
bool looksLikeStorm(const std::vector<ProcessStat>& processes) {
  const auto runs = [](const ProcessStat& process) { return process.state == 'R'; };
  return std::count_if(processes.begin(), processes.end(), runs) >= kStorm;
}

}  // namespace

Subreaper::Subreaper() {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) throw OsError::last("prctl");
}

std::vector<EscapeRoute> Subreaper::escapable() const {
  std::vector<EscapeRoute> routes{EscapeRoute::broker};
  if (geteuid() != 0) routes.push_back(EscapeRoute::gainedPrivilege);
  routes.push_back(EscapeRoute::guardKilled);
  routes.push_back(EscapeRoute::ownerAndGuardKilled);
  if (procHidesProcesses()) routes.push_back(EscapeRoute::hiddenProc);
  return routes;
}

std::vector<Member> Subreaper::members() {
  std::vector<Member> members;
  for (const ProcessStat& stat : descendantsOf(getpid())) members.push_back(memberOf(stat));
  reaper_.children().addHidden(members);
  return members;
}

Usage Subreaper::usage() {
  Usage usage = usageOf(descendantsOf(getpid()));
  std::vector<Member> hidden;
  reaper_.children().addHidden(hidden);
  usage.processes += hidden.size();
  return usage;
}

int Subreaper::signalMember(const Identity& member, int signo) {
  return OwnChildren::signal(member, signo);
}

// A small tree is killed as a whole. Of a large one only our children are killed first: when one
// dies, its children become ours, and the next sweep finds most of the deeper ones there. A tree
// that forks while it is killed is stopped first.
std::size_t Subreaper::killAll() {
  sweeps_ += 1;
  const std::size_t limit = sweeps_ > 1 ? SIZE_MAX : kSmallTree;
  const std::vector<ProcessStat> seen = descendantsOf(getpid(), limit);
  const bool storm = sweeps_ > kPlainSweeps || looksLikeStorm(seen);
  std::size_t hit = storm ? endStorm() : 0;
  for (int pid : reaper_.killAll())
    hit += countHit(pid);  // after a storm too: whom /proc hides (hidepid) only comes up as a child
  if (storm) return hit;
  for (const ProcessStat& stat : seen)
    if (signalIdentity(stat.identity(), SIGKILL) == 0) hit += countHit(stat.pid);
  return hit;
}

std::size_t Subreaper::endStorm() {
  std::size_t hit = 0;
  for (int pid : Standstill().end()) hit += countHit(pid);
  return hit;
}

}  // namespace holdfast
