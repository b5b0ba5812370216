// The record of a tree: anything malformed is corrupt, in words, and what is read can be written.

#include "core/records/record.h"
#include "core/tree-names.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using holdfast::fuzz::expect;
  const holdfast::ParsedRecord parsed = holdfast::parseRecord(holdfast::fuzz::textOf(data, size));
  expect(parsed.facts.has_value() == parsed.problem.empty(), "facts, or why there are none");
  if (!parsed.facts) return 0;
  expect(holdfast::isTreeId(parsed.facts->treeId), "a record names a tree");
  expect(parsed.facts->guard.pid > 1, "and a guard");
  const std::string text = recordText(*parsed.facts);
  const holdfast::ParsedRecord again = holdfast::parseRecord(text);
  expect(again.facts.has_value(), "what was read can be written and read again");
  expect(recordText(*again.facts) == text, "and says the same");
  return 0;
}
