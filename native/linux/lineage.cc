#include "linux/lineage.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "core/report.h"
#include "linux/pidfd.h"
#include "posix/clock.h"
#include "posix/files.h"

namespace holdfast {

namespace {

constexpr int kPlainSweeps = 2;
constexpr std::size_t kMostAwaited = 256;  // as many handles are held at a time
constexpr std::int64_t kDeathsMs = 20;
constexpr int kExecMs = 2;
constexpr int kStopRounds = 64;

std::string procPath(int pid, const char* rest) { return "/proc/" + std::to_string(pid) + rest; }

// Where to ask about a process: a main thread that has exited has neither memory nor namespaces
// any more, while the other threads have (docs/gotchas.md#zombie-leader).
std::string livingFolder(const ProcessStat& process) {
  const std::string folder = procPath(process.pid, "");
  if (process.state != 'Z') return folder;
  for (int thread : numbersNamedIn(folder + "/task"))
    if (thread != process.pid) return folder + "/task/" + std::to_string(thread);
  return folder;
}

bool hasOwnUid(int pid) {
  struct stat info {};
  return stat(procPath(pid, "").c_str(), &info) == 0 && info.st_uid == geteuid();
}

std::string pidNamespaceOf(const std::string& process) {
  char target[64];
  const ssize_t length = readlink((process + "/ns/pid").c_str(), target, sizeof target);
  return length > 0 ? std::string(target, static_cast<std::size_t>(length)) : std::string();
}

const ProcessStat* processIn(const std::vector<ProcessStat>& all, int pid) {
  const auto found =
      std::lower_bound(all.begin(), all.end(), pid,
                       [](const ProcessStat& process, int wanted) { return process.pid < wanted; });
  return found != all.end() && found->pid == pid ? &*found : nullptr;
}

// The same cgroups as this process, but for the cgroup that the tree itself may have.
bool sharesCgroups(const std::string& folder, const std::string& treeId) {
  const std::string ours = readWholeFile("/proc/self/cgroup");
  const std::string theirs = readWholeFile(folder + "/cgroup");
  const std::vector<std::string_view> own = splitLines(ours);
  const std::vector<std::string_view> other = splitLines(theirs);
  if (own.size() != other.size()) return false;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const std::string separator = own[i].substr(own[i].size() - 1) == "/" ? "" : "/";
    const std::string below = std::string(own[i]) + separator + "holdfast-" + treeId;
    const bool inside = other[i].compare(0, below.size(), below) == 0;
    if (other[i] != own[i] && !inside) return false;
  }
  return true;
}

// The kernel needs a moment for the dying: to wait here is cheaper than to look at all again.
void awaitDeaths(const std::vector<UniqueFd>& dying) {
  const std::int64_t deadline = nowMs() + kDeathsMs;
  for (const UniqueFd& handle : dying) {
    const std::int64_t left = deadline - nowMs();
    pollfd watched{handle.get(), POLLIN, 0};
    if (left > 0 && handle) (void)poll(&watched, 1, static_cast<int>(left));
  }
}

}  // namespace

void Lineage::add(const Identity& member) {
  known_[member.pid] = member.startTime;
  groups_.insert(member.pid);
}

std::vector<ProcessStat> Lineage::find(Marks marks) {
  const Snapshot all = allProcesses();
  spread(all);  // first: a mark costs a look at every environment
  if (marks == Marks::read && addMarked(all)) spread(all);

  std::vector<ProcessStat> members;
  std::set<int> groups;
  for (const ProcessStat& process : all) {
    if (!isKnown(process) || process.dead()) continue;
    members.push_back(process);
    groups.insert(process.pgrp);
    groups.insert(process.session);
  }
  groups_ = std::move(groups);
  return members;
}

// False: there was none.
bool Lineage::addMarked(const Snapshot& all) {
  const std::size_t before = known_.size();
  doubtful_ = false;
  for (const ProcessStat& process : all)
    if (!isKnown(process) && carriesMark(process)) known_[process.pid] = process.startTime;
  return known_.size() > before;
}

bool Lineage::isKnown(const ProcessStat& process) const {
  const auto known = known_.find(process.pid);
  return known != known_.end() && known->second == process.startTime;
}

// Until nobody is added any more: the children of members, and whoever shares a group or session
// that a member leads or led.
void Lineage::spread(const Snapshot& all) {
  for (bool grew = true; grew;) {
    grew = false;
    for (const ProcessStat& process : all) {
      if (process.pid <= 1 || process.pid == self_) continue;
      if (isKnown(process) || !isRelated(process, all)) continue;
      known_[process.pid] = process.startTime;
      grew = true;
    }
  }
}

bool Lineage::isRelated(const ProcessStat& process, const Snapshot& all) const {
  const ProcessStat* parent = processIn(all, process.ppid);
  if (parent != nullptr && isKnown(*parent)) return true;
  return leads(process.pgrp, all) || leads(process.session, all);
}

// An id stays taken while its group or session has members, so one that was never empty between
// two looks is still the one it was (credentials(7)).
bool Lineage::leads(int group, const Snapshot& all) const {
  if (known_.count(group) == 0 || groups_.count(group) == 0) return false;
  const ProcessStat* leader = processIn(all, group);
  return leader == nullptr || isKnown(*leader);
}

bool Lineage::carriesMark(const ProcessStat& process) {
  if (process.pid <= 1 || process.pid == self_) return false;
  if (process.dead() || process.ofKernel) return false;
  if (process.startTime < claim_.notBefore || !hasOwnUid(process.pid)) return false;
  const std::string folder = livingFolder(process);
  const std::string environment = readWholeFile(folder + "/environ");
  doubtful_ = doubtful_ || environment.empty();
  const std::string_view mark = valueIn(environment, "HOLDFAST_TREE");
  const bool within = mark.compare(0, claim_.mark.size() + 1, claim_.mark + '.') == 0;
  if (mark != claim_.mark && !within) return false;
  return pidNamespaceOf(folder) == pidNamespaceOf("/proc/self") &&
         sharesCgroups(folder, claim_.treeId);
}

bool Lineage::noneLeft() {
  if (!find(Marks::read).empty()) return false;
  if (!doubtful_) return true;
  (void)poll(nullptr, 0, kExecMs);
  return find(Marks::read).empty();
}

std::size_t Lineage::kill() {
  if (++sweeps_ > kPlainSweeps) stopAll();
  std::size_t hit = 0;
  std::vector<UniqueFd> dying;  // the last ones: they were killed last
  std::size_t next = 0;
  for (const ProcessStat& member : find(Marks::read)) {
    Signalled signalled = signalHolding(member.identity(), SIGKILL);
    if (signalled.error != 0) continue;
    hit += countHit(member.pid);
    if (dying.size() < kMostAwaited) dying.emplace_back();
    dying[next++ % kMostAwaited] = std::move(signalled.pidfd);
  }
  awaitDeaths(dying);
  return hit;
}

void Lineage::stopAll() {
  std::set<std::pair<int, std::uint64_t>> stopped;
  for (int round = 0; round < kStopRounds; ++round) {
    bool grew = false;
    for (const ProcessStat& member : find(Marks::read)) {
      if (!stopped.insert({member.pid, member.startTime}).second) continue;
      (void)signalIdentity(member.identity(), SIGSTOP);  // who is denied shows when it is killed
      grew = true;
    }
    if (!grew) return;
  }
}

}  // namespace holdfast
