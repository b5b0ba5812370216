#include "posix/tree/tree-facts.h"

#include <charconv>

#include "core/launch.h"
#include "core/report.h"

namespace holdfast {

namespace {

template <typename Number>
Number numberIn(std::string_view field) {
  Number number = 0;
  (void)std::from_chars(field.data(), field.data() + field.size(), number);  // 0 is nobody
  return number;
}

Identity identityIn(const std::vector<std::string_view>& fields) {
  return {numberIn<int>(fields[1]), numberIn<std::uint64_t>(fields[2])};
}

}  // namespace

void TreeFacts::take(const std::string& line) {
  const std::vector<std::string_view> fields = splitFields(line);
  if (fields.size() < 2) return;
  const std::string_view word = fields[0];
  if (word == "tree" && isTreeId(fields[1])) treeId = fields[1];
  if (word == "mark" && isMark(fields[1])) mark = fields[1];
  if (word == "cgroup") cgroup = unescapeField(fields[1]);
  if (word == "mechanism") mechanism = mechanismNamed(fields[1]);
  if (word == "record") record = unescapeField(fields[1]);
  if (word == "guard" && fields.size() == 3) guard = identityIn(fields);
  if (word == "started" && fields.size() == 3) root = identityIn(fields);
}

}  // namespace holdfast
