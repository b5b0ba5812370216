#include "linux/processes/standstill.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "linux/kernel/numbers.h"
#include "linux/kernel/own-proc.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/proc.h"
#include "linux/processes/fork-ban.h"
#include "posix/await-events.h"

namespace holdfast {

namespace {

constexpr int kRounds = 64;

// This may be somebody's program, who needs descriptors, too. None where a filter refuses signals
// through them.
std::size_t handlesToSpare() {
  const UniqueFd self = openPidfd(getpid());
  if (!self || signalPidfd(self.get(), 0) != 0) return 0;
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return 0;
  return descriptors.rlim_cur / 2;
}

bool isBefore(const NumberedEntry& one, const NumberedEntry& next) {
  return one.number < next.number;
}

}  // namespace

Standstill::Standstill() : top_(getpid()), mostHandles_(handlesToSpare()) {}

Standstill::Standstill(const std::map<int, std::uint64_t>& known, const Elders& elders)
    : known_(known), elders_(elders), mostHandles_(handlesToSpare()) {}

void Standstill::stop() {
  for (int round = 0; round < kRounds && stopNew(); ++round) continue;
}

// A stopped process may be in the middle of a fork and finishes it; one that is being killed does
// not (kernel/fork.c, copy_process). So it is the look after the kill that has to find nobody.
std::vector<int> Standstill::end() {
  std::vector<int> hit;
  std::size_t killed = 0;
  for (int round = 0; round < kRounds; ++round) {
    if (stopNew()) continue;
    if (killed == members_.size()) break;
    // Children first: when the last parent of a group of stopped processes dies, the kernel
    // continues the group (setpgid(2)).
    for (std::size_t next = members_.size(); next > killed; --next)
      if (signal(members_[next - 1], SIGKILL) == 0) hit.push_back(members_[next - 1].pid);
    killed = members_.size();
  }
  return hit;
}

// Not by a walk from parent to child: to ask hundreds of processes for their children takes three
// times as long, and time is what a storm leaves nobody. A pid is mostly higher than its parent's.
bool Standstill::stopNew() {
  const std::size_t before = members_.size();
  if (!procIsOurs()) return false;
  std::vector<NumberedEntry> processes = numberedEntriesIn("/proc");
  std::sort(processes.begin(), processes.end(), isBefore);
  for (const NumberedEntry& process : processes)
    if (places_.count(process.number) == 0 && !elders_.contain(process)) meet(process.number);
  return members_.size() > before;
}

void Standstill::meet(int pid) {
  if (pid <= 1 || pid == getpid()) return;
  // First the handle, then the look: if the look shows a member, the handle is its.
  Member member{pid, openPidfd(pid), 0};
  if (members_.size() >= mostHandles_) member.handle.reset();
  if (!recognise(member)) return;
  (void)signal(member, SIGSTOP);  // who is denied shows when it is killed
  // A stop does not last where other members continue the processes that they find.
  forbidForks(pid, [&] { return lives(member); });
  if (!lives(member)) return;
  places_[pid] = members_.size();
  members_.push_back(std::move(member));
}

// By its parent: the pidfd gives that for less than /proc.
bool Standstill::recognise(Member& member) const {
  const int parent = parentByHandle(member.handle);
  if (parent != 0 && isBelow(parent)) return true;
  if (parent != 0 && known_.count(member.pid) == 0) return false;
  const auto stat = readStat(member.pid);
  if (!stat || !(isKnown(*stat) || isBelow(stat->ppid))) return false;
  member.startTime = stat->startTime;
  return true;
}

bool Standstill::isKnown(const ProcessStat& process) const {
  const auto known = known_.find(process.pid);
  return known != known_.end() && known->second == process.startTime;
}

// If the parent still lives, the pid was its own all the time.
bool Standstill::isBelow(int parent) const {
  if (parent == top_) return true;
  const auto place = places_.find(parent);
  return place != places_.end() && lives(members_[place->second]);
}

int Standstill::signal(const Member& member, int signo) {
  return member.handle ? signalPidfd(member.handle.get(), signo)
                       : signalIdentity({member.pid, member.startTime}, signo);
}

bool Standstill::lives(const Member& member) {
  if (member.handle) {
    pollfd watched{member.handle.get(), POLLIN, 0};
    return awaitEvents(&watched, 1, 0) == 0;
  }
  const auto stat = readStat(member.pid);
  return stat && stat->startTime == member.startTime && !stat->dead();
}

}  // namespace holdfast
