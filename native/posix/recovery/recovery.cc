#include "posix/recovery/recovery.h"

#include <poll.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "core/os-error.h"
#include "posix/clock.h"
#include "posix/port/abandoned-trees.h"
#include "posix/records/record.h"
#include "posix/records/registry.h"

namespace holdfast {

namespace {

constexpr std::int64_t kProofMs = 4500;  // as long as a living guard takes
constexpr std::int64_t kInnerMs = 1000;  // for live trees inside, whose owners have been ended
constexpr int kLongestPauseMs = 50;
constexpr int kExecMs = 2;
constexpr std::size_t kMostAtOnce = 256;  // each record under lock is an open file

// A tree that is being recovered; a stuck guard holds the record itself.
struct Held {
  const AbandonedTree& tree;
  std::optional<Record> record;
};

// Nothing when another has it, or when it is not the one that was read.
std::optional<Record> take(const AbandonedTree& tree) {
  try {
    Record record = Record::adopt(tree.record, tree.facts.treeId);
    const auto now = readEntry(tree.record);
    const bool same = now && now->facts && recordText(*now->facts) == recordText(tree.facts);
    return same ? std::optional(std::move(record)) : std::nullopt;
  } catch (const OsError&) {
    return std::nullopt;
  }
}

class Recovery {
 public:
  Recovery(const std::vector<AbandonedTree>& trees, const std::vector<RecordFacts>& spared) {
    std::vector<TreeClaim> claims;
    for (const AbandonedTree& tree : trees) {
      Held held{tree, tree.guardIsStuck ? std::nullopt : take(tree)};
      const bool ours = held.record || tree.guardIsStuck;
      claims.push_back({tree.facts, ours ? Fate::ended : Fate::spared, tree.guardIsStuck});
      reports_.push_back(reportOn(tree));
      if (!ours) setAside(reports_.back());
      held_.push_back(std::move(held));
    }
    for (const RecordFacts& facts : spared) claims.push_back({facts, Fate::spared, false});
    abandoned_ = findAbandoned(std::move(claims));
  }

  std::vector<TreeReport> run() {
    endMembers();
    for (std::size_t tree = 0; tree < held_.size(); ++tree) tellSurvivors(tree);
    const std::int64_t deadline = nowMs() + kInnerMs;
    for (std::size_t tree = 0; tree < held_.size(); ++tree)
      if (isOurs(tree) && reports_[tree].survivors.empty()) removeTraces(tree, deadline);
    return std::move(reports_);
  }

 private:
  using Fate = TreeClaim::Fate;

  static void setAside(TreeReport& report) {
    report.tier = Tier::never;
    report.reason = "another process recovers it, or has done so";
  }

  bool isOurs(std::size_t tree) const {
    return held_[tree].record || held_[tree].tree.guardIsStuck;
  }

  void endMembers() {
    const std::int64_t deadline = nowMs() + kProofMs;
    for (int pause = 1; nowMs() < deadline;) {
      look();
      if (living_.empty()) {
        if (!abandoned_->doubtful()) return;
        (void)poll(nullptr, 0, kExecMs);
      } else if (std::none_of(living_.begin(), living_.end(), isToBeEnded)) {
        return;
      } else if (abandoned_->press()) {
        pause = 1;
      } else {
        (void)poll(nullptr, 0, pause);  // the kernel needs a moment for the dying
        pause = std::min(pause * 2, kLongestPauseMs);
      }
    }
    look();
  }

  static bool isToBeEnded(const Found& member) { return member.verdict.maySignal(); }

  void look() {
    living_.clear();
    for (const Found& member : abandoned_->look(AbandonedTrees::Scope::members).members) {
      if (member.verdict.doubt == Doubt::liveTree) continue;  // nobody of ours
      living_.push_back(member);
      const Identity& identity = member.process.identity;
      if (met_.insert({identity.pid, identity.startTime}).second)
        reports_[member.tree].members.push_back({member.process, member.verdict.kinship});
    }
  }

  void tellSurvivors(std::size_t tree) {
    TreeReport& report = reports_[tree];
    if (!isOurs(tree)) return;
    report.killed = abandoned_->killed(tree);
    for (const Found& member : living_) {
      if (member.tree != tree) continue;
      const bool self = member.verdict.doubt == Doubt::self;
      report.survivors.push_back({member.process, self ? "self" : abandoned_->whyAlive(member)});
    }
    report.action = report.survivors.empty() ? Action::ended : Action::left;
  }

  // What also holds a live tree is removed with that tree.
  void removeTraces(std::size_t tree, std::int64_t deadline) {
    while (!abandoned_->dissolve(tree) && nowMs() < deadline) (void)poll(nullptr, 0, 10);
    Held& held = held_[tree];
    if (!held.record) held.record = take(held.tree);  // of a guard that was stuck and is dead now
    if (held.record) held.record->remove();
  }

  std::vector<Held> held_;
  std::vector<TreeReport> reports_;
  std::unique_ptr<AbandonedTrees> abandoned_;
  std::vector<Found> living_;  // at the last look
  std::set<std::pair<int, std::uint64_t>> met_;
};

}  // namespace

TreeReport reportOn(const AbandonedTree& tree) {
  TreeReport report;
  report.id = tree.facts.treeId;
  report.label = tree.facts.label;
  report.record = tree.record;
  report.state = tree.guardIsStuck ? "live" : "abandoned";
  report.tier = tree.guardIsStuck ? Tier::stuck : Tier::proven;
  report.reason = tree.guardIsStuck ? "its owner is dead and its guard does not answer"
                                    : "owner and guard are dead";
  return report;
}

std::vector<TreeReport> recoverTrees(const std::vector<AbandonedTree>& trees,
                                     const std::vector<RecordFacts>& spared) {
  std::vector<TreeReport> reports;
  for (std::size_t begin = 0; begin < trees.size(); begin += kMostAtOnce) {
    const std::size_t end = std::min(begin + kMostAtOnce, trees.size());
    const std::vector<AbandonedTree> some(trees.begin() + static_cast<std::ptrdiff_t>(begin),
                                          trees.begin() + static_cast<std::ptrdiff_t>(end));
    for (TreeReport& report : Recovery(some, spared).run()) reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace holdfast
