#include "linux/subreaper.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "core/os-error.h"
#include "linux/pidfd.h"
#include "linux/proc.h"

namespace holdfast {

namespace {

// A sweep that only kills meets most trees; one that forks faster is stopped first.
constexpr int kPlainSweeps = 3;
constexpr int kStopRounds = 64;

Member memberOf(const ProcessStat& stat) {
  return {stat.identity(), stat.ppid, stat.state, stat.name};
}

void signalOne(const ProcessStat& stat, int signo, Sweep& sweep) {
  const int error = signalIdentity(stat.identity(), signo);
  if (error == 0) sweep.reached.push_back(stat.identity());
  if (error == EPERM) sweep.denied.push_back(memberOf(stat));
}

Sweep signalBelow(int ancestor, int signo) {
  Sweep sweep;
  for (const ProcessStat& stat : descendantsOf(ancestor)) signalOne(stat, signo, sweep);
  return sweep;
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
  if (!readStat(getpid())) routes.push_back(EscapeRoute::hiddenProc);
  return routes;
}

std::vector<Member> Subreaper::members() {
  std::vector<Member> members;
  for (const ProcessStat& stat : descendantsOf(getpid())) members.push_back(memberOf(stat));
  return members;
}

Usage Subreaper::usage() {
  Usage usage;
  const auto ticksPerSecond = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  const auto pageBytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  for (const ProcessStat& stat : descendantsOf(getpid())) {
    usage.processes += 1;
    usage.cpuMicroseconds += stat.cpuTicks * 1000000 / ticksPerSecond;
    usage.memoryBytes += stat.residentPages * pageBytes;
  }
  return usage;
}

Sweep Subreaper::signalAll(int signo) { return signalBelow(getpid(), signo); }

Sweep Subreaper::killAll() {
  return ++sweeps_ <= kPlainSweeps ? signalBelow(getpid(), SIGKILL) : stopThenKill();
}

// A tree that forks while it is killed is brought to a stand first: stop whatever is found until
// a round finds nothing new, then kill (the measured order of magnitude: docs/gotchas.md).
Sweep Subreaper::stopThenKill() {
  std::set<std::pair<int, std::uint64_t>> stopped;
  for (int round = 0; round < kStopRounds; ++round) {
    bool grew = false;
    for (const ProcessStat& stat : descendantsOf(getpid())) {
      if (!stopped.insert({stat.pid, stat.startTime}).second) continue;
      (void)signalIdentity(stat.identity(), SIGSTOP);  // the kill below reports who is denied
      grew = true;
    }
    if (!grew) break;
  }
  return signalBelow(getpid(), SIGKILL);
}

}  // namespace holdfast
