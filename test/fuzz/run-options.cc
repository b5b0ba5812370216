// The command line of `run`, its words separated by NULs: terms, or what was wrong.

#include "guard/front/run-options.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> words;
  std::string_view text = holdfast::fuzz::textOf(data, size);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  try {
    const holdfast::RunOptions run = holdfast::parseRunOptions(
        words, {{}, {holdfast::Mechanism::cgroup}, holdfast::Mechanism::pidNamespace});
    holdfast::fuzz::expect(run.helpWanted || !run.command.empty(), "there is a command");
    holdfast::fuzz::expect(run.terms.graceMs <= holdfast::kLongestMs, "a time fits a clock");
  } catch (const holdfast::UsageError&) {
    return 0;
  }
  return 0;
}
