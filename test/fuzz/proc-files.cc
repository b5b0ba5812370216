// What processes choose and /proc shows: names, environments, lists.

#include "linux/kernel/numbers.h"
#include "linux/kernel/proc.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using holdfast::fuzz::expect;
  const std::string_view text = holdfast::fuzz::textOf(data, size);
  if (const auto stat = holdfast::parseStat(4711, text)) {
    expect(stat->pid == 4711, "the pid is the one that was asked for");
    expect(stat->name[sizeof stat->name - 1] == '\0', "a name has an end");
    (void)holdfast::usageOf({*stat});
  }
  const std::string_view value = holdfast::valueIn(text, "HOLDFAST_TREE");
  expect(value.find('\0') == std::string_view::npos, "a value ends at its NUL");
  for (int number : holdfast::numbersIn(text)) (void)number;
  return 0;
}
