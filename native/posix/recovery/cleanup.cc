#include "posix/recovery/cleanup.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "core/os-error.h"
#include "posix/port/process.h"
#include "posix/port/stray-cgroups.h"
#include "posix/records/record.h"
#include "posix/recovery/cleanup-plan.h"

namespace holdfast {

namespace {

// Young ones may be of a tree that is just being launched, or has just ended.
std::vector<SuspectReport> suspectsIn(const Findings& findings, std::uint64_t minAgeMs) {
  std::vector<SuspectReport> suspects;
  for (const Found& one : findings.suspects)
    if (one.process.ageMs >= minAgeMs)
      suspects.push_back({one.process, one.mark, one.verdict.doubt});
  return suspects;
}

bool isGone(const SuspectReport& suspect) { return !memberNow(suspect.process.identity); }

std::vector<TreeReport> reportsOnWishes(const CleanupPlan& plan, const Findings& findings) {
  std::vector<TreeReport> reports;
  for (const AbandonedTree& tree : plan.ended) {
    reports.push_back(reportOn(tree));
    reports.back().action = Action::wouldEnd;
  }
  for (const Found& member : findings.members)
    if (member.verdict.maySignal())
      reports[member.tree].members.push_back({member.process, member.verdict.kinship});
  return reports;
}

// Locked first: a record that somebody else has locked is not removed.
bool removeRecord(const RegistryEntry& entry) {
  try {
    const std::string& tree = entry.facts->treeId;
    Record record = Record::adopt(entry.path, tree);
    if (!entry.facts->cgroup.empty()) (void)removeCgroup({entry.facts->cgroup, tree});
    record.remove();
    return true;
  } catch (const OsError&) {
    return false;
  }
}

class LitterClearing {
 public:
  LitterClearing(const Registry& registry, const CleanupTerms& terms)
      : registry_(registry), terms_(terms) {}

  // `inhabited`: the trees of which processes are left.
  std::vector<LitterReport> run(const std::set<std::string>& inhabited) {
    for (const std::string& path : registry_.litter)
      clear(path, [&] { return unlink(path.c_str()) == 0; });
    std::set<std::string> recorded;
    for (const RegistryEntry& entry : registry_.entries) {
      if (!entry.facts) continue;
      const std::string& tree = entry.facts->treeId;
      const bool unguarded = entry.state == RecordState::released && !entry.locked;
      if (unguarded && inhabited.count(tree) == 0)
        clear(entry.path, [&] { return removeRecord(entry); });
      else
        recorded.insert(tree);
    }
    for (const StrayCgroup& cgroup : emptyCgroups(terms_.minAgeMs))
      if (recorded.count(cgroup.treeId) == 0)
        clear(cgroup.path, [&] { return removeCgroup(cgroup); });
    return std::move(litter_);
  }

 private:
  template <typename Remove>
  void clear(const std::string& path, Remove remove) {
    if (terms_.dryRun) return litter_.push_back({path, Action::wouldRemove});
    litter_.push_back({path, remove() ? Action::removed : Action::left});
  }

  const Registry& registry_;
  const CleanupTerms& terms_;
  std::vector<LitterReport> litter_;
};

std::set<std::string> inhabitedAmong(const std::vector<TreeClaim>& claims,
                                     const Findings& findings) {
  std::set<std::string> inhabited;
  for (std::size_t tree : findings.inhabited) inhabited.insert(claims[tree].facts.treeId);
  return inhabited;
}

bool isAround(const Seeker& seeker, const RecordFacts& facts) {
  return isWithin(seeker.mark, facts.mark);
}

// By the mark, and should that be lost, by what this process descends from.
CleanupPlan withoutOwnTrees(CleanupPlan plan, const Seeker& seeker) {
  std::set<std::size_t> own;
  for (std::size_t tree = 0; tree < plan.ended.size(); ++tree)
    if (isAround(seeker, plan.ended[tree].facts)) own.insert(tree);
  const auto trees = findAbandoned(claimsOf(plan));
  for (const Found& member : trees->look(AbandonedTrees::Scope::members).members)
    if (member.verdict.doubt == Doubt::self) own.insert(member.tree);
  CleanupPlan others;
  others.spared = std::move(plan.spared);
  for (std::size_t tree = 0; tree < plan.ended.size(); ++tree) {
    if (own.count(tree) != 0) {
      others.spared.push_back(plan.ended[tree].facts);
    } else {
      others.ended.push_back(std::move(plan.ended[tree]));
    }
  }
  return others;
}

}  // namespace

CleanupReport cleanup(const CleanupTerms& terms) {
  const Registry registry = readRegistry(terms.home);
  CleanupPlan plan = planFor(registry, terms.minAgeMs);
  const std::vector<TreeClaim> claims = claimsOf(plan);
  const Findings findings = findAbandoned(claims)->look(AbandonedTrees::Scope::everybody);
  CleanupReport report;
  report.suspects = suspectsIn(findings, terms.minAgeMs);
  report.trees =
      terms.dryRun ? reportsOnWishes(plan, findings) : recoverTrees(plan.ended, plan.spared);
  std::move(plan.told.begin(), plan.told.end(), std::back_inserter(report.trees));
  report.litter = LitterClearing(registry, terms).run(inhabitedAmong(claims, findings));
  const auto gone = std::remove_if(report.suspects.begin(), report.suspects.end(), isGone);
  report.suspects.erase(gone, report.suspects.end());
  return report;
}

void recoverAbandoned(const Seeker& seeker) {
  constexpr std::uint64_t kProvenOnly = UINT64_MAX;
  const CleanupPlan plan = withoutOwnTrees(planFor(readRegistry(seeker.home), kProvenOnly), seeker);
  (void)recoverTrees(plan.ended, plan.spared);  // nobody has asked for a report
}

bool hasAbandoned(const Seeker& seeker) {
  try {
    const Registry registry = readRegistry(seeker.home);
    return std::any_of(registry.entries.begin(), registry.entries.end(), [&](const auto& entry) {
      return isAbandoned(entry) && !isAround(seeker, *entry.facts);
    });
  } catch (const OsError&) {
    return false;
  }
}

}  // namespace holdfast
