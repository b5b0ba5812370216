#include "linux/recovery/kin-search.h"

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <set>

#include "core/tree-names.h"
#include "posix/port/system.h"

namespace holdfast {

namespace {

bool isNobody(const ProcessStat& process) {
  return process.pid <= 1 || process.ofKernel || process.dead();
}

// A live tree inside of an abandoned one is left alone, with everything below its guard.
bool leadsOn(const Verdict& verdict) {
  return verdict.kinship != Kinship::none && verdict.doubt != Doubt::liveTree;
}

// The mark of the tree around; empty: none.
std::string_view outerOf(std::string_view mark) {
  const std::size_t dot = mark.rfind('.');
  return mark.substr(0, dot == std::string_view::npos ? 0 : dot);
}

}  // namespace

KinSearch::KinSearch(Census& census, KinRegister& kin, AbandonedTrees::Scope scope)
    : census_(census), kin_(kin), places_(census, kin.claims), scope_(scope) {
  for (std::size_t tree = 0; tree < kin_.claims.size(); ++tree) {
    byMark_[facts(tree).mark] = tree;
    if (!places_.isSpared(tree)) oldest_ = std::min(oldest_, facts(tree).guard.startTime);
  }
}

Findings KinSearch::run() {
  for (const ProcessStat& process : census_.all())
    if (!isNobody(process)) standings_[process.pid] = standingOf(process);
  addDescendants();
  Findings findings;
  findings.inhabited = inhabited_;
  for (const ProcessStat& process : census_.all()) {
    if (isNobody(process)) continue;
    Standing& standing = standings_[process.pid];
    Verdict& verdict = standing.verdict;
    if (standing.tree == Found::kNoTree) verdict.doubt = doubtWithoutClaim(process);
    const bool spared = verdict.doubt == Doubt::self || verdict.doubt == Doubt::liveTree;
    if (verdict.kinship != Kinship::none) {
      findings.members.push_back(found(process, standing));
      kin_.known[{process.pid, process.startTime}] = {standing.tree, verdict.kinship};
    } else if (verdict.doubt != Doubt::none && !spared) {
      findings.suspects.push_back(found(process, standing));
    }
  }
  return findings;
}

// The first tree that it belongs to; else the first with a doubt.
KinSearch::Standing KinSearch::standingOf(const ProcessStat& process) {
  const auto known = kin_.known.find({process.pid, process.startTime});
  if (known != kin_.known.end()) {
    const auto& [tree, kinship] = known->second;
    Evidence evidence = evidenceOf(process, tree);
    evidence.descends = true;  // or whatever else it was
    return {tree, {kinship, judge(evidence).doubt}};
  }
  Standing doubtful;
  for (std::size_t tree : claimsOn(process)) {
    inhabited_.insert(tree);
    if (places_.isSpared(tree)) continue;
    const Verdict verdict = judge(evidenceOf(process, tree));
    if (verdict.kinship != Kinship::none) return {tree, verdict};
    if (doubtful.verdict.doubt == Doubt::none) doubtful = {tree, verdict};
  }
  return doubtful;
}

void KinSearch::addDescendants() {
  std::deque<const ProcessStat*> parents;
  for (const ProcessStat& process : census_.all())
    if (const auto found = standings_.find(process.pid);
        found != standings_.end() && leadsOn(found->second.verdict))
      parents.push_back(&process);
  while (!parents.empty()) {
    const ProcessStat& parent = *parents.front();
    parents.pop_front();
    const std::size_t tree = standings_[parent.pid].tree;
    for (const ProcessStat* child : census_.childrenOf(parent)) {
      if (isNobody(*child) || child->startTime < parent.startTime) continue;
      Standing& standing = standings_[child->pid];
      if (standing.verdict.kinship != Kinship::none) continue;
      Evidence evidence = evidenceOf(*child, tree);
      evidence.descends = true;
      standing = {tree, judge(evidence)};
      if (leadsOn(standing.verdict)) parents.push_back(child);
    }
  }
}

std::vector<std::size_t> KinSearch::claimsOn(const ProcessStat& process) {
  std::set<std::size_t> trees = places_.naming(process.pid);
  for (std::string_view mark = markOf(process); !mark.empty(); mark = outerOf(mark))
    if (const auto found = byMark_.find(mark); found != byMark_.end()) trees.insert(found->second);
  std::vector<std::size_t> claims(trees.begin(), trees.end());
  std::sort(claims.begin(), claims.end(), [&](std::size_t one, std::size_t other) {
    return facts(one).mark.size() > facts(other).mark.size();
  });
  return claims;
}

Evidence KinSearch::evidenceOf(const ProcessStat& process, std::size_t tree) {
  const RecordFacts& record = facts(tree);
  Evidence evidence;
  evidence.isSelf = places_.isSelf(process.pid);
  evidence.inLiveTree = isSheltered(process, tree);
  evidence.isGuard = kin_.claims[tree].guardIsStuck && process.identity() == record.guard;
  evidence.inCgroup = places_.isInCgroup(process.pid, tree);
  evidence.isRoot = process.identity() == record.root;
  evidence.isMarked = isWithin(markOf(process), record.mark);
  if (!evidence.isMarked && !evidence.isRoot) return evidence;
  evidence.hasUser = uidOf(process.pid) == record.uid;
  // What the kernel holds is found by where it is: beside that, a mark proves nothing.
  const Place place = census_.placeOf(process);
  evidence.hasPidNamespace =
      record.mechanism != Mechanism::pidNamespace && place.pidNamespace == pidNamespaceId();
  evidence.hasCgroups = record.mechanism != Mechanism::cgroup &&
                        sharesCgroups(place.cgroups, record.cgroups, record.treeId);
  evidence.isYounger = process.startTime >= record.guard.startTime;
  evidence.isOrphan = isOrphan(process, tree);
  return evidence;
}

// An environment is read only where the mark could decide something.
std::string_view KinSearch::markOf(const ProcessStat& process) {
  const bool wanted = scope_ == AbandonedTrees::Scope::everybody || process.startTime >= oldest_;
  if (!wanted || isNobody(process) || uidOf(process.pid) != geteuid()) return {};
  return census_.markOf(process);
}

// By where it stands, or by the mark of a live tree.
bool KinSearch::isSheltered(const ProcessStat& process, std::size_t tree) {
  if (places_.isSheltered(process.pid, tree)) return true;
  for (std::string_view mark = markOf(process); !mark.empty(); mark = outerOf(mark))
    if (const auto found = byMark_.find(mark); found != byMark_.end())
      if (places_.isSpared(found->second) && !places_.encloses(found->second, tree)) return true;
  return false;
}

// Goes up through marked processes of the tree to the first that is unmarked. A process that a
// service manager has started is not an orphan.
bool KinSearch::isOrphan(const ProcessStat& process, std::size_t tree) {
  std::set<int> passed;
  for (const ProcessStat* child = &process; passed.insert(child->pid).second;) {
    if (census_.isMainOfService(*child)) return false;
    const ProcessStat* parent = census_.find(child->ppid);
    // In another namespace, or gone and perhaps replaced meanwhile.
    if (parent == nullptr || parent->startTime > child->startTime) return false;
    if (places_.adopts(*parent, tree)) return true;
    if (!isWithin(markOf(*parent), facts(tree).mark)) return false;
    child = parent;
  }
  return false;
}

// Marked as by a guard, left to init, and no record tells of its tree.
Doubt KinSearch::doubtWithoutClaim(const ProcessStat& process) {
  if (scope_ != AbandonedTrees::Scope::everybody || places_.isSelf(process.pid)) return Doubt::none;
  const std::string_view mark = markOf(process);
  const ProcessStat* parent = census_.find(process.ppid);
  if (!isMark(mark) || parent == nullptr || !TreePlaces::adoptsAll(*parent, geteuid()))
    return Doubt::none;
  for (std::string_view outer = mark; !outer.empty(); outer = outerOf(outer))
    if (byMark_.count(outer) != 0) return Doubt::none;
  return Doubt::noRecord;
}

Found KinSearch::found(const ProcessStat& process, const Standing& standing) {
  return {memberOf(process), std::string(markOf(process)), standing.tree, standing.verdict};
}

Trials KinSearch::trialsOf(const ProcessStat& process) {
  const Standing& standing = standings_[process.pid];
  Trials trials;
  trials.process = memberOf(process);
  trials.mark = markOf(process);
  trials.isSelf = places_.isSelf(process.pid);
  trials.hasUser = uidOf(process.pid) == geteuid();
  trials.hasPidNamespace = census_.placeOf(process).pidNamespace == pidNamespaceId();
  if (const ProcessStat* parent = census_.find(process.ppid)) trials.parent = memberOf(*parent);
  trials.doubt = standing.tree == Found::kNoTree ? standing.verdict.doubt : Doubt::none;
  std::vector<std::size_t> trees = claimsOn(process);
  if (standing.tree != Found::kNoTree && std::count(trees.begin(), trees.end(), standing.tree) == 0)
    trees.push_back(standing.tree);
  for (std::size_t tree : trees) {
    Evidence evidence = evidenceOf(process, tree);
    evidence.inLiveTree = evidence.inLiveTree || places_.isSpared(tree);
    evidence.descends = standing.tree == tree && standing.verdict.kinship == Kinship::descendant;
    trials.trials.push_back({tree, evidence, judge(evidence)});
  }
  return trials;
}

}  // namespace holdfast
