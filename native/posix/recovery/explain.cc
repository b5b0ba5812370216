// `holdfast cleanup --explain PID`: the same tests that decide, told one by one.

#include "posix/port/abandoned-trees.h"
#include "posix/port/system.h"
#include "posix/recovery/cleanup-plan.h"
#include "posix/recovery/cleanup.h"

namespace holdfast {

namespace {

struct Case {
  const Trials& trials;
  const Trial* trial = nullptr;          // the one that decides
  const RegistryEntry* entry = nullptr;  // the record that it is about
};

void addTest(Explanation& explanation, std::string name, bool holds, std::string detail = {}) {
  explanation.tests.push_back({std::move(name), holds, std::move(detail)});
}

std::string describeProcess(const Member& process) {
  if (process.identity.pid == 0) return "none to be seen";
  return std::to_string(process.identity.pid) + ' ' + process.name;
}

void addProcess(Explanation& explanation, const Trials& trials) {
  addTest(explanation, "exists", true, describeProcess(trials.process));
  addTest(explanation, "same-user", trials.hasUser);
  addTest(explanation, "same-pid-namespace", trials.hasPidNamespace);
  addTest(explanation, "not-self-or-ancestor", !trials.isSelf);
  addTest(explanation, "mark", !trials.mark.empty(), trials.mark);
}

void addRecord(Explanation& explanation, const RegistryEntry* entry) {
  addTest(explanation, "record", entry != nullptr, entry == nullptr ? "" : entry->path);
  if (entry == nullptr) return;
  const RecordFacts& facts = *entry->facts;
  addTest(explanation, "record-abandoned", isAbandoned(*entry), std::string(nameOf(entry->state)));
  addTest(explanation, "same-machine", facts.machine == machineId(), facts.machine);
  addTest(explanation, "same-boot", facts.boot == bootId(), facts.boot);
}

void addEvidence(Explanation& explanation, const Evidence& evidence, const Member& parent) {
  addTest(explanation, "tree-not-live", !evidence.inLiveTree);
  addTest(explanation, "in-cgroup", evidence.inCgroup);
  addTest(explanation, "is-root", evidence.isRoot);
  addTest(explanation, "descends-from-member", evidence.descends);
  addTest(explanation, "mark-of-tree", evidence.isMarked);
  if (!evidence.isMarked && !evidence.isRoot) return;
  addTest(explanation, "same-cgroups", evidence.hasCgroups);
  addTest(explanation, "started-after-guard", evidence.isYounger);
  addTest(explanation, "orphaned", evidence.isOrphan, "parent " + describeProcess(parent));
}

void decide(Explanation& explanation, const Case& one) {
  const Doubt byItself = one.trials.isSelf ? Doubt::self : one.trials.doubt;
  const Verdict verdict =
      one.trial == nullptr ? Verdict{Kinship::none, byItself} : one.trial->verdict;
  if (verdict.maySignal()) {
    const bool abandoned = one.entry == nullptr || isAbandoned(*one.entry);
    explanation.tier = abandoned ? Tier::proven : Tier::stuck;
    explanation.reason = "it is a member by " + std::string(nameOf(verdict.kinship));
    return;
  }
  const bool innocent = verdict.doubt == Doubt::none || verdict.doubt == Doubt::self ||
                        verdict.doubt == Doubt::liveTree;
  explanation.tier = innocent ? Tier::never : Tier::suspect;
  explanation.reason = wordsFor(verdict.doubt);
}

// The first that makes it a member; else the first.
const Trial* decidingTrial(const Trials& trials) {
  for (const Trial& trial : trials.trials)
    if (trial.verdict.kinship != Kinship::none) return &trial;
  return trials.trials.empty() ? nullptr : &trials.trials[0];
}

// Also one that says nothing here, because it is of another boot.
const RegistryEntry* entryFor(const Registry& registry, const RecordFacts* facts,
                              std::string_view mark) {
  const RegistryEntry* around = nullptr;
  for (const RegistryEntry& entry : registry.entries) {
    if (!entry.facts) continue;
    if (facts != nullptr && entry.facts->treeId == facts->treeId) return &entry;
    if (facts == nullptr && isWithin(mark, entry.facts->mark)) around = &entry;
  }
  return around;
}

}  // namespace

Explanation explain(const std::string& home, int pid) {
  const Registry registry = readRegistry(home);
  const std::vector<TreeClaim> claims = claimsOf(planFor(registry, 0));
  Explanation explanation;
  const auto trials = tryProcess(pid, claims);
  if (!trials) {
    addTest(explanation, "exists", false);
    explanation.reason = "there is no such process";
    return explanation;
  }
  Case one{*trials, decidingTrial(*trials)};
  const RecordFacts* facts = one.trial == nullptr ? nullptr : &claims[one.trial->tree].facts;
  one.entry = entryFor(registry, facts, trials->mark);
  addProcess(explanation, *trials);
  addRecord(explanation, one.entry);
  if (one.trial != nullptr) addEvidence(explanation, one.trial->evidence, trials->parent);
  decide(explanation, one);
  return explanation;
}

}  // namespace holdfast
