#include "linux/processes/lineage.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "core/records/membership.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/proc.h"
#include "linux/processes/dying.h"
#include "linux/processes/fork-ban.h"
#include "linux/processes/standstill.h"
#include "posix/clock.h"
#include "posix/files.h"
#include "posix/port/system.h"

namespace holdfast {

namespace {

constexpr int kExecMs = 2;
constexpr int kLongestExecMs = 1000;
constexpr int kLongestStopMs = 200;
constexpr int kLongestStopPauseMs = 8;

// Its state as the first thread shows it; nothing: it is gone.
std::optional<char> stateOf(const Identity& process) {
  const auto stat = readStat(process.pid);
  if (!stat || stat->startTime != process.startTime) return std::nullopt;
  return stat->state;
}

// In vfork(2) a parent waits uninterruptibly for a child that may be stopped. What other threads do
// does not show here, nor does a fork that waits so for memory: that stays a fast double fork.
bool stands(const Identity& process) {
  const auto state = stateOf(process);
  return !state || std::string_view("TtDZX").find(*state) != std::string_view::npos;
}

// On a busy machine it takes long until every process has run once more, and until then it could
// fork.
void awaitStandstill(std::vector<Identity> processes, std::int64_t deadline) {
  for (int pauseMs = 0;; pauseMs = std::min(pauseMs * 2 + 1, kLongestStopPauseMs)) {
    processes.erase(std::remove_if(processes.begin(), processes.end(), stands), processes.end());
    if (processes.empty() || nowMs() >= deadline) return;
    if (pauseMs == 0)
      for (const Identity& process : processes)
        forbidForks(process.pid, [&] { return stateOf(process).has_value(); });
    (void)poll(nullptr, 0, pauseMs);
  }
}

}  // namespace

void Lineage::add(const Identity& member) {
  known_[member.pid] = member.startTime;
  groups_.insert(member.pid);
}

std::vector<ProcessStat> Lineage::find(Marks marks) {
  Census census(elders_);
  blind_ = census.blind();
  if (blind_) return {};
  spread(census);  // first: a mark costs a look at every environment
  if (marks == Marks::read && addMarked(census)) spread(census);
  return membersOf(census);
}

void Lineage::learn(std::int64_t forMs) {
  Census census(elders_, nowMs() + forMs);
  blind_ = census.blind();
  if (blind_) return;
  spread(census);
  if (!census.cutShort()) (void)membersOf(census);
}

std::vector<ProcessStat> Lineage::membersOf(const Census& census) {
  std::vector<ProcessStat> members;
  std::set<int> groups;
  for (const ProcessStat& process : census.all()) {
    if (!isKnown(process) || process.dead()) continue;
    members.push_back(process);
    groups.insert(process.pgrp);
    groups.insert(process.session);
  }
  groups_ = std::move(groups);
  return members;
}

// False: there was none.
bool Lineage::addMarked(Census& census) {
  const std::size_t before = known_.size();
  for (const ProcessStat& process : census.all())
    if (!isKnown(process) && carriesMark(process, census)) known_[process.pid] = process.startTime;
  doubtful_ = census.metChange();
  return known_.size() > before;
}

bool Lineage::isKnown(const ProcessStat& process) const {
  const auto known = known_.find(process.pid);
  return known != known_.end() && known->second == process.startTime;
}

// Adds the children of members, and every process in a group or session that a member leads or led,
// until a pass adds none.
void Lineage::spread(const Census& census) {
  for (bool grew = true; grew;) {
    grew = false;
    for (const ProcessStat& process : census.all()) {
      if (process.pid <= 1 || process.pid == self_) continue;
      if (isKnown(process) || !isRelated(process, census)) continue;
      known_[process.pid] = process.startTime;
      grew = true;
    }
  }
}

bool Lineage::isRelated(const ProcessStat& process, const Census& census) const {
  const ProcessStat* parent = census.find(process.ppid);
  if (parent != nullptr && isKnown(*parent)) return true;
  return leads(process.pgrp, census) || leads(process.session, census);
}

// An id stays taken while its group or session has members, so one that was never empty between
// two looks is still the one it was (credentials(7)).
bool Lineage::leads(int group, const Census& census) const {
  if (known_.count(group) == 0 || groups_.count(group) == 0) return false;
  const ProcessStat* leader = census.find(group);
  return leader == nullptr ? !census.cutShort() : isKnown(*leader);
}

bool Lineage::carriesMark(const ProcessStat& process, Census& census) const {
  if (process.pid <= 1 || process.pid == self_) return false;
  if (process.dead() || process.ofKernel) return false;
  if (process.startTime < claim_.notBefore || uidOf(process.pid) != geteuid()) return false;
  if (!isWithin(census.markOf(process), claim_.mark)) return false;
  const Place place = census.placeOf(process);
  return place.pidNamespace == pidNamespaceId() &&
         sharesCgroups(place.cgroups, readWholeFile("/proc/self/cgroup"), claim_.treeId);
}

std::vector<ProcessStat> Lineage::findSurely() {
  for (const std::int64_t deadline = nowMs() + kLongestExecMs;;) {
    std::vector<ProcessStat> members = find(Marks::read);
    if (!members.empty() || blind_ || !doubtful_ || nowMs() >= deadline) return members;
    (void)poll(nullptr, 0, kExecMs);
  }
}

// Children first: when the last parent of a group of stopped processes dies, the kernel continues
// the group (setpgid(2)). A pid is mostly higher than its parent's.
std::size_t Lineage::kill() {
  const std::vector<ProcessStat> members = stopAll();
  std::size_t hit = 0;
  Dying dying;
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    Signalled signalled = signalHolding(member->identity(), SIGKILL);
    if (signalled.error != 0) continue;
    hit += countHit(member->pid);
    dying.add(std::move(signalled.pidfd));
  }
  dying.await();
  return hit;
}

// A stop takes effect when a system call is over, and a fork that has begun is still done
// (kernel/fork.c, copy_process): it is the look after all stand still that has to find nobody new.
std::vector<ProcessStat> Lineage::stopAll() {
  Standstill(known_, elders_).stop();  // in a storm each one who runs makes a look take longer
  const std::int64_t deadline = nowMs() + kLongestStopMs;
  std::set<std::pair<int, std::uint64_t>> stopped;
  for (;;) {
    std::vector<ProcessStat> members = find(Marks::read);
    std::vector<Identity> stopping;
    bool grew = false;
    for (const ProcessStat& member : members) {
      if (!stopped.insert({member.pid, member.startTime}).second) continue;
      grew = true;
      // A member that may not be signalled is noticed when it is to be killed.
      const Identity identity = member.identity();
      if (signalIdentity(identity, SIGSTOP) != 0) continue;
      stopping.push_back(identity);
    }
    if (!grew || nowMs() >= deadline) return members;
    awaitStandstill(std::move(stopping), deadline);
  }
}

}  // namespace holdfast
