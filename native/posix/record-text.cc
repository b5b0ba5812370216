#include "posix/record-text.h"

#include <unistd.h>

#include <ctime>

#include "core/report.h"
#include "posix/system.h"

namespace holdfast {

std::string recordText(const RecordFacts& facts) {
  std::string text = "holdfast 1\n";
  const auto line = [&text](const char* key, const std::string& value) {
    text.append(key).append(" ").append(value).append("\n");
  };
  line("tree", facts.launch.treeId);
  if (!facts.launch.label.empty()) line("label", facts.launch.label);
  line("mark", facts.launch.mark);
  line("uid", std::to_string(geteuid()));
  line("machine", escapeField(machineId()));
  line("boot", escapeField(bootId()));
  line("pid-namespace", escapeField(pidNamespaceId()));
  line("owner", describe(facts.owner));
  line("guard", describe(facts.guard));
  line("mechanism", std::string(nameOf(facts.mechanism)));
  line("escapable", joinNames(facts.escapable));
  if (!facts.cgroupPath.empty()) line("cgroup", escapeField(facts.cgroupPath));
  line("file", escapeField(facts.launch.file));
  line("created", std::to_string(std::time(nullptr)));
  return text;
}

}  // namespace holdfast
