#include "windows/records/cleanup.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/os-error.h"
#include "windows/kernel/process-table.h"
#include "windows/records/record.h"
#include "windows/records/registry.h"

namespace holdfast {

namespace {

constexpr DWORD kDyingMs = 5000;
constexpr unsigned kTerminated = 1;

bool lives(const Identity& process) { return memberNow(process).has_value(); }

bool isAbandoned(const RegistryEntry& entry) {
  return entry.state == RecordState::abandoned && !lives(entry.facts->guard);
}

std::string reasonOf(const RegistryEntry& entry) {
  if (!entry.reason.empty()) return entry.reason;
  if (isAbandoned(entry)) return "its owner and its guard are dead";
  if (entry.state == RecordState::released) return "it has been released";
  return "its guard is alive";
}

TreeReport reportOn(const RegistryEntry& entry) {
  TreeReport report = reportOn(entry, reasonOf(entry));
  if (isAbandoned(entry)) report.tier = Tier::proven;
  return report;
}

Action removed(const std::string& path) {
  try {
    removeAbandoned(path);
    return Action::ended;
  } catch (const OsError&) {
    return Action::left;
  }
}

bool terminate(const Identity& identity) {
  const UniqueHandle process = openProcess(identity, PROCESS_TERMINATE);
  if (!process || TerminateProcess(process.get(), kTerminated) == 0) return false;
  return WaitForSingleObject(process.get(), kDyingMs) == WAIT_OBJECT_0;
}

// The root and those below it: a child is younger than its parent, else its parent's number is
// another's by now.
std::vector<Member> lineageOf(const Identity& root) {
  std::vector<Member> lineage;
  if (const auto process = memberNow(root)) lineage.push_back(*process);
  const std::vector<ProcessRow> table = processTable();
  for (std::size_t at = 0; at < lineage.size(); ++at)
    for (const ProcessRow& row : table) {
      const Identity parent = lineage[at].identity;
      if (row.process.ppid != parent.pid) continue;
      const auto identity = identityOf(row.process.identity.pid);
      if (!identity || identity->startTime < parent.startTime) continue;
      if (auto process = memberNow(*identity)) lineage.push_back(std::move(*process));
    }
  return lineage;
}

void endLineage(const Identity& root, TreeReport& report) {
  const int self = static_cast<int>(GetCurrentProcessId());
  for (Member& member : lineageOf(root)) {
    if (member.identity.pid == self)
      report.survivors.push_back({std::move(member), "self"});
    else if (terminate(member.identity))
      ++report.killed;
    else if (lives(member.identity))
      report.survivors.push_back({std::move(member), "alive"});
  }
}

void addTest(Explanation& explanation, std::string name, bool holds, std::string detail = {}) {
  explanation.tests.push_back({std::move(name), holds, std::move(detail)});
}

const RegistryEntry* entryWithRoot(const Registry& registry, const Identity& process) {
  for (const RegistryEntry& entry : registry.entries)
    if (entry.facts && entry.facts->root == process) return &entry;
  return nullptr;
}

}  // namespace

CleanupReport cleanup(const std::string& home, CleanupMode mode) {
  CleanupReport report;
  for (const RegistryEntry& entry : readRegistry(home).entries) {
    TreeReport tree = reportOn(entry);
    if (isAbandoned(entry)) {
      tree.action = mode == CleanupMode::act ? removed(entry.path) : Action::wouldEnd;
      if (auto root = memberNow(entry.facts->root))
        report.suspects.push_back({std::move(*root), entry.facts->mark, Doubt::unmarkedRoot});
    }
    report.trees.push_back(std::move(tree));
  }
  return report;
}

std::optional<TreeReport> endInHoldersStead(const std::string& home, const std::string& treeId) {
  const Registry registry = readRegistry(home);
  const auto isIt = [&](const RegistryEntry& entry) {
    return entry.facts && entry.facts->treeId == treeId && entry.state != RecordState::foreign;
  };
  const auto entry = std::find_if(registry.entries.begin(), registry.entries.end(), isIt);
  if (entry == registry.entries.end()) return std::nullopt;
  const RecordFacts& facts = *entry->facts;
  TreeReport report = reportOn(*entry);
  const bool isGuards = !(facts.guard == facts.owner);
  if (isGuards && entry->locked) (void)terminate(facts.guard);  // the kernel ends the others
  if (entry->locked) endLineage(facts.root, report);
  if (!entry->locked) report.action = removed(entry->path);
  return report;
}

Explanation explain(const std::string& home, int pid) {
  Explanation explanation;
  const auto identity = identityOf(pid);
  addTest(explanation, "exists", identity.has_value());
  if (!identity) {
    explanation.reason = "there is no such process";
    return explanation;
  }
  const Registry registry = readRegistry(home);
  const RegistryEntry* entry = entryWithRoot(registry, *identity);
  addTest(explanation, "is-root", entry != nullptr, entry == nullptr ? "" : entry->path);
  if (entry != nullptr)
    addTest(explanation, "record-abandoned", isAbandoned(*entry),
            std::string(nameOf(entry->state)));
  const bool doubtful = entry != nullptr && isAbandoned(*entry);
  explanation.tier = doubtful ? Tier::suspect : Tier::never;
  explanation.reason = doubtful ? "it has outlived its job, and the kernel lets no member do that"
                                : "a job ends with its holder: nobody has to be ended by a record";
  return explanation;
}

}  // namespace holdfast
