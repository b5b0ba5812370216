#include "core/records/registry.h"

#include <utility>

#include "core/facts.h"
#include "core/text/lines.h"
#include "core/tree-names.h"

namespace holdfast {

namespace {

void addLines(const RegistryEntry& entry, std::vector<std::string>& lines) {
  lines.push_back("record " + std::string(nameOf(entry.state)) + ' ' +
                  (entry.locked ? "locked" : "unlocked") + ' ' + escapeField(entry.path) + ' ' +
                  escapeField(entry.reason));
  const std::string text = entry.facts ? recordText(*entry.facts) : std::string();
  for (std::string_view line : splitLines(text)) lines.emplace_back(line);
  for (const Member& process : entry.processes) lines.push_back("process " + describe(process));
}

}  // namespace

RecordFacts factsIn(const std::string& content, std::string_view name) {
  ParsedRecord parsed = parseRecord(content);
  if (!parsed.facts) throw RecordRefusal{RecordState::corrupt, std::move(parsed.problem)};
  if (parsed.facts->treeId != treeOfRecord(name))
    throw RecordRefusal{RecordState::corrupt, "its name is not the tree's"};
  return std::move(*parsed.facts);
}

RecordState stateOf(const RegistryEntry& entry) {
  if (!entry.reason.empty()) return RecordState::foreign;
  if (entry.facts->released) return RecordState::released;
  return entry.locked ? RecordState::live : RecordState::abandoned;
}

std::vector<std::string> linesOf(const Registry& registry) {
  std::vector<std::string> lines;
  for (const RegistryEntry& entry : registry.entries) addLines(entry, lines);
  return lines;
}

}  // namespace holdfast
