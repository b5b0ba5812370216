#include "linux/standstill.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "linux/fork-ban.h"
#include "linux/numbers.h"
#include "linux/own-proc.h"
#include "linux/pidfd.h"
#include "linux/proc.h"
#include "posix/await-events.h"

namespace holdfast {

namespace {

constexpr int kRounds = 64;
constexpr std::size_t kOtherDescriptors = 64;

std::size_t handlesToSpare() {
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return 0;
  return descriptors.rlim_cur > kOtherDescriptors ? descriptors.rlim_cur - kOtherDescriptors : 0;
}

}  // namespace

Standstill::Standstill() : mostHandles_(handlesToSpare()) {}

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
  std::vector<int> pids = numbersNamedIn("/proc");
  std::sort(pids.begin(), pids.end());
  for (int pid : pids)
    if (places_.count(pid) == 0) meet(pid);
  return members_.size() > before;
}

// First the handle, then the look: if the look shows a member, the handle is its.
void Standstill::meet(int pid) {
  Member member{pid, openPidfd(pid), 0};
  int parent = parentByHandle(member.handle);
  if (parent != 0 && !isBelow(parent)) return;
  if (parent == 0 || !canHold(member.handle)) {
    const auto stat = readStat(pid);
    if (!stat || !isBelow(stat->ppid)) return;
    member.startTime = stat->startTime;
    if (!canHold(member.handle)) member.handle.reset();
  }
  if (!lives(member)) return;
  (void)signal(member, SIGSTOP);  // who is denied shows when it is killed
  // A stop does not hold where the others continue whom they find.
  forbidForks(pid, [&] { return lives(member); });
  places_[pid] = members_.size();
  members_.push_back(std::move(member));
}

// The parent's pid was its own if it is not dead by now.
bool Standstill::isBelow(int parent) const {
  if (parent == getpid()) return true;
  const auto place = places_.find(parent);
  return place != places_.end() && lives(members_[place->second]);
}

bool Standstill::canHold(const UniqueFd& handle) const {
  return handle && members_.size() < mostHandles_ && signalPidfd(handle.get(), 0) == 0;
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
