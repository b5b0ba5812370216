// The lines that a guard tells, as they are read by whoever recovers its tree and by the front of
// `run`, whose report must be JSON whatever they were.

#include "core/text/lines.h"
#include "core/tree-names.h"
#include "guard/front/outcome.h"
#include "posix/tree/tree-facts.h"
#include "target.h"

namespace {

using namespace holdfast;

// Enough to see a text that has left its string.
void requireBalanced(std::string_view json) {
  bool inText = false;
  int depth = 0;
  for (std::size_t at = 0; at + 1 < json.size(); ++at) {
    const char c = json[at];
    if (inText && c == '\\') ++at;
    if (c == '"') inText = !inText;
    if (inText) continue;
    depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    fuzz::expect(depth > 0 || at + 2 == json.size(), "one object, to its end");
  }
  fuzz::expect(!inText && depth == 0, "whatever opens closes");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  TreeFacts facts;
  FrontOutcome outcome;
  for (std::string_view line : splitLines(fuzz::textOf(data, size))) {
    (void)facts.take(line);
    const auto fact = readFact(line);
    if (!fact) continue;
    outcome.take(*fact);
    fuzz::expect(readFact(lineOf(*fact)).has_value(), "what was read can be told again");
  }
  fuzz::expect(facts.treeId.empty() || isTreeId(facts.treeId), "a tree id is one");
  fuzz::expect(facts.mark.empty() || isMark(facts.mark), "a mark is one");
  const std::string json = reportJson("0123456789abcdef0123", outcome);
  fuzz::expect(fuzz::isPlainAscii(json.substr(0, json.size() - 1)), "a report is one line");
  requireBalanced(json);
  return 0;
}
