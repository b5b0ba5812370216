// What the front has learned about its tree, as an exit code and as a JSON report.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/report.h"
#include "posix/unique-fd.h"

namespace holdfast {

struct FrontOutcome {
  bool settled = false;  // nothing more will come
  std::string mechanism;
  std::string escapable;
  std::optional<ExitStatus> root;
  std::string refusal;     // "mechanism: cgroup mkdir EACCES 13"
  std::string failedCall;  // the call that kept the root from starting
  int failedNumber = 0;
  std::string endReason;  // of the `empty` fact
  std::string endedPolitely = "0", killed = "0", durationMs = "0";
  std::vector<std::string> survivors;  // JSON objects

  void take(const std::vector<std::string_view>& fields);
  // The signal the front has to die of, or 0.
  int diesOf() const;
};

// Says on standard error what went wrong, if anything did.
int exitCodeOf(const FrontOutcome& outcome, const std::string& command);

// The file is opened before anything starts, so that a wrong path costs nothing.
class FrontReport {
 public:
  explicit FrontReport(const std::string& path);
  void write(const std::string& treeId, const FrontOutcome& outcome) const;

 private:
  std::string path_;
  UniqueFd file_;
};

}  // namespace holdfast
