#include "posix/port/abandoned-trees.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "core/facts.h"
#include "linux/kernel/pidfd.h"
#include "linux/processes/dying.h"
#include "linux/recovery/kin-search.h"
#include "linux/recovery/tree-cgroup.h"

namespace holdfast {

namespace {

constexpr int kStopRounds = 64;  // who forks faster than this is killed in flight

bool holdsAny(const Cgroup& cgroup, const std::set<int>& pids) {
  const std::vector<int> inside = cgroup.processes();
  return std::any_of(inside.begin(), inside.end(), [&](int pid) { return pids.count(pid) != 0; });
}

class LinuxAbandonedTrees : public AbandonedTrees {
 public:
  explicit LinuxAbandonedTrees(std::vector<TreeClaim> claims) { kin_.claims = std::move(claims); }

  const Findings& look(Scope scope) override {
    Census census;
    census.requireSight();
    findings_ = KinSearch(census, kin_, scope).run();
    doubtful_ = census.metChange();
    return findings_;
  }

  bool doubtful() const override { return doubtful_; }

  bool press() override {
    const std::set<std::size_t> killed = killCgroups();
    if (stopNewcomers(killed) && ++stops_ < kStopRounds) return true;
    bool met = false;
    Dying dying;
    for (const Found& member : findings_.members) {
      if (!member.verdict.maySignal()) continue;
      const Identity& identity = member.process.identity;
      Signalled signalled = signalHolding(identity, SIGKILL);
      const bool dies = signalled.error == 0 || killed.count(member.tree) != 0;
      if (dies && hit_.insert({identity.pid, identity.startTime}).second) {
        ++kills_[member.tree];
        met = true;
      }
      if (signalled.error == 0) dying.add(std::move(signalled.pidfd));
    }
    dying.await();
    return met;
  }

  std::size_t killed(std::size_t tree) const override {
    const auto found = kills_.find(tree);
    return found == kills_.end() ? 0 : found->second;
  }

  std::string whyAlive(const Found& member) override {
    const int error = signalIdentity(member.process.identity, SIGKILL);
    return holdfast::whyAlive(member.process, error == EPERM);
  }

  bool dissolve(std::size_t tree) override {
    if (auto cgroup = cgroupOf(tree)) cgroup->remove();
    return !cgroupOf(tree);
  }

 private:
  using Key = std::pair<int, std::uint64_t>;

  std::optional<Cgroup> cgroupOf(std::size_t tree) const {
    const RecordFacts& record = kin_.claims[tree].facts;
    return adoptCgroup({record.cgroup, record.treeId, record.uid});
  }

  // The kernel ends a whole cgroup at once, and makes no difference between its processes.
  std::set<std::size_t> killCgroups() {
    std::set<std::size_t> inside;
    std::set<int> untouchable;
    for (const Found& member : findings_.members) {
      if (member.verdict.kinship == Kinship::cgroup) inside.insert(member.tree);
      if (!member.verdict.maySignal()) untouchable.insert(member.process.identity.pid);
    }
    std::set<std::size_t> killed;
    for (std::size_t tree : inside) {
      const auto cgroup = cgroupOf(tree);
      if (!cgroup || holdsAny(*cgroup, untouchable)) continue;
      if (cgroup->kill()) killed.insert(tree);
    }
    return killed;
  }

  // A tree that forks while it is killed loses its lineage: it is brought to a stand before
  // (docs/gotchas.md#fork-storms). Whether somebody new was met.
  bool stopNewcomers(const std::set<std::size_t>& killed) {
    bool grew = false;
    for (const Found& member : findings_.members) {
      const Identity& identity = member.process.identity;
      if (!member.verdict.maySignal() || killed.count(member.tree) != 0) continue;
      if (!stopped_.insert({identity.pid, identity.startTime}).second) continue;
      (void)signalIdentity(identity, SIGSTOP);  // who is denied shows when it is killed
      grew = true;
    }
    return grew;
  }

  KinRegister kin_;
  Findings findings_;
  bool doubtful_ = false;
  std::set<Key> stopped_;
  std::set<Key> hit_;
  std::map<std::size_t, std::size_t> kills_;  // by tree
  int stops_ = 0;
};

}  // namespace

std::unique_ptr<AbandonedTrees> findAbandoned(std::vector<TreeClaim> claims) {
  return std::make_unique<LinuxAbandonedTrees>(std::move(claims));
}

std::optional<Trials> tryProcess(int pid, std::vector<TreeClaim> claims) {
  Census census;
  census.requireSight();
  KinRegister kin;
  kin.claims = std::move(claims);
  KinSearch search(census, kin, AbandonedTrees::Scope::everybody);
  (void)search.run();
  const ProcessStat* process = census.find(pid);
  if (process == nullptr) return std::nullopt;
  return search.trialsOf(*process);
}

}  // namespace holdfast
