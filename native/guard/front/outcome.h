// What the front of `run` has learned about its tree, as an exit code and as a JSON report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/facts.h"

namespace holdfast {

struct FrontOutcome {
  bool settled = false;  // nothing more will come
  std::string mechanism;
  std::vector<EscapeRoute> open;
  std::optional<ExitStatus> root;
  std::string refusal;     // "mechanism: cgroup mkdir EACCES 13"
  std::string failedCall;  // the call that kept the root from starting
  int failedNumber = 0;
  std::optional<EndReason> endReason;
  std::uint64_t endedPolitely = 0;
  std::uint64_t killed = 0;
  std::int64_t durationMs = 0;
  std::vector<fact::Survivor> survivors;

  void take(const Fact& fact);
  // The signal the front has to die of, or 0.
  int diesOf() const;
};

// Says on standard error what went wrong, if anything did.
int exitCodeOf(const FrontOutcome& outcome, const std::string& command);

// One JSON object, on one line.
std::string reportJson(const std::string& treeId, const FrontOutcome& outcome);

}  // namespace holdfast
