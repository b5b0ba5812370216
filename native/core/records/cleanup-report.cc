#include "core/records/cleanup-report.h"

#include <utility>

#include "core/facts.h"
#include "core/text/lines.h"

namespace holdfast {

namespace {

std::string joined(std::initializer_list<std::string> fields) {
  std::string line;
  for (const std::string& field : fields) line += line.empty() ? field : ' ' + field;
  return line;
}

void addTree(const TreeReport& tree, std::vector<std::string>& lines) {
  lines.push_back(joined({"tree",
                          escapeField(tree.id),
                          tree.state,
                          {letterOf(tree.tier)},
                          std::string(nameOf(tree.action)),
                          std::to_string(tree.killed),
                          escapeField(tree.label),
                          escapeField(tree.record),
                          escapeField(tree.reason)}));
  for (const KinReport& member : tree.members)
    lines.push_back(
        joined({"member", describe(member.process.identity), std::string(nameOf(member.kinship)),
                escapeField(member.process.name)}));
  for (const SurvivorReport& survivor : tree.survivors)
    lines.push_back(survivorLine(survivor.process, survivor.why));
}

}  // namespace

char letterOf(Tier tier) {
  switch (tier) {
    case Tier::proven: return 'A';
    case Tier::stuck: return 'B';
    case Tier::suspect: return 'C';
    case Tier::never: return 'D';
  }
  return '?';
}

std::string_view nameOf(Action action) {
  switch (action) {
    case Action::none: return "none";
    case Action::ended: return "ended";
    case Action::removed: return "removed";
    case Action::left: return "left";
    case Action::wouldEnd: return "would-end";
    case Action::wouldRemove: return "would-remove";
  }
  return "?";
}

std::vector<std::string> linesOf(const CleanupReport& report) {
  std::vector<std::string> lines;
  for (const TreeReport& tree : report.trees) addTree(tree, lines);
  for (const SuspectReport& suspect : report.suspects)
    lines.push_back(
        joined({"suspect", describe(suspect.process.identity), std::to_string(suspect.process.ppid),
                std::string(nameOf(suspect.doubt)), escapeField(suspect.mark),
                escapeField(suspect.process.name), escapeField(wordsFor(suspect.doubt))}));
  for (const LitterReport& litter : report.litter)
    lines.push_back(
        joined({"litter", std::string(nameOf(litter.action)), escapeField(litter.path)}));
  return lines;
}

TreeReport reportOn(const RegistryEntry& entry, std::string reason) {
  TreeReport report;
  if (entry.facts) {
    report.id = entry.facts->treeId;
    report.label = entry.facts->label;
  }
  report.record = entry.path;
  report.state = nameOf(entry.state);
  report.tier = entry.state == RecordState::corrupt ? Tier::suspect : Tier::never;
  report.reason = std::move(reason);
  return report;
}

// Whoever was ended with its tree is no member of it.
std::vector<std::string> endLinesOf(const TreeReport& report, std::int64_t durationMs) {
  std::vector<std::string> lines;
  for (const SurvivorReport& survivor : report.survivors)
    lines.push_back(survivorLine(survivor.process, survivor.why));
  std::size_t killed = report.killed;
  for (const KinReport& one : report.members)
    if (one.kinship == Kinship::guard && killed > 0) --killed;
  lines.push_back(lineOf(fact::Empty{EndReason::guardDied, 0, killed, durationMs}));
  return lines;
}

std::vector<std::string> linesOf(const Explanation& explanation) {
  std::vector<std::string> lines;
  for (const TestReport& test : explanation.tests)
    lines.push_back(
        joined({"test", test.name, test.holds ? "yes" : "no", escapeField(test.detail)}));
  lines.push_back(
      joined({"verdict", {letterOf(explanation.tier)}, escapeField(explanation.reason)}));
  return lines;
}

}  // namespace holdfast
