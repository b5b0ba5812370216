#include "guard/front/outcome.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>

#include "core/os-error.h"
#include "core/text/json.h"
#include "core/text/printable.h"
#include "core/uv-errors.h"
#include "guard/exit-codes.h"

namespace holdfast {

namespace {

template <typename Number>
Number numberIn(std::string_view field) {
  Number number = 0;
  (void)std::from_chars(field.data(), field.data() + field.size(), number);  // 0: none was there
  return number;
}

std::string survivorJson(const std::vector<std::string_view>& fields) {
  return "{\"pid\":" + std::to_string(numberIn<int>(fields[1])) +
         ",\"startTime\":" + jsonText(fields[2]) + ",\"why\":" + jsonText(fields[3]) +
         ",\"name\":" + jsonText(unescapeField(fields[4])) + '}';
}

std::string rootJson(const std::optional<ExitStatus>& root) {
  if (!root) return "null";
  const char* key = root->kind == ExitStatus::Kind::exited ? "exitCode" : "signal";
  return std::string("{\"") + key + "\":" + std::to_string(root->value) + '}';
}

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ",") + item;
  return '[' + text + ']';
}

std::string routesJson(const std::string& names) {
  std::vector<std::string> routes;
  for (std::size_t at = 0; names != "-" && at < names.size();) {
    const std::size_t end = std::min(names.find(',', at), names.size());
    routes.push_back(jsonText(names.substr(at, end - at)));
    at = end + 1;
  }
  return joined(routes);
}

}  // namespace

void FrontOutcome::take(const std::vector<std::string_view>& fields) {
  const std::string_view word = fields[0];
  const std::size_t count = fields.size();
  if (word == "mechanism" && count == 3) {
    mechanism = fields[1];
    escapable = fields[2];
  } else if (word == "exited" && count == 2) {
    root = ExitStatus{ExitStatus::Kind::exited, numberIn<std::int64_t>(fields[1])};
  } else if (word == "signaled" && count == 2) {
    root = ExitStatus{ExitStatus::Kind::signaled, numberIn<std::int64_t>(fields[1])};
  } else if (word == "failed" && count == 4) {
    failedCall = unescapeField(fields[1]);
    failedNumber = numberIn<int>(fields[3]);
    settled = true;
  } else if (word == "refused" && count == 3) {
    refusal = std::string(fields[1]) + ": " + unescapeField(fields[2]);
    settled = true;
  } else if (word == "survivor" && count == 5) {
    survivors.push_back(survivorJson(fields));
  } else if (word == "empty" && count == 5) {
    endReason = fields[1];
    endedPolitely = numberIn<std::uint64_t>(fields[2]);
    killed = numberIn<std::uint64_t>(fields[3]);
    durationMs = numberIn<std::uint64_t>(fields[4]);
    settled = true;
  }
}

int FrontOutcome::diesOf() const {
  const bool signaled = root && root->kind == ExitStatus::Kind::signaled;
  return signaled && endReason != "timeout" ? static_cast<int>(root->value) : 0;
}

int exitCodeOf(const FrontOutcome& outcome, const std::string& command) {
  const std::string shown = printable(command);
  if (!outcome.refusal.empty()) {
    std::fprintf(stderr, "holdfast: cannot contain %s: %s\n", shown.c_str(),
                 printable(outcome.refusal).c_str());
    return kContainmentFailed;
  }
  if (!outcome.failedCall.empty()) {
    std::fprintf(stderr, "holdfast: %s: %s (%s)\n", shown.c_str(),
                 errorMessage(outcome.failedNumber).c_str(), printable(outcome.failedCall).c_str());
    const bool isPrograms =
        outcome.failedCall == "execvp" || outcome.failedCall == "CreateProcessW";
    if (!isPrograms) return kContainmentFailed;
    const bool isMissing = outcome.failedNumber == ENOENT || outcome.failedNumber == uv::kENOENT;
    return isMissing ? kNotFound : kCannotExecute;
  }
  if (!outcome.survivors.empty())
    std::fprintf(stderr, "holdfast: %zu processes could not be ended\n", outcome.survivors.size());
  const bool guardDied = outcome.endReason == "guard-died";
  if (guardDied)
    std::fputs("holdfast: the guard died; what was found of its tree was ended\n", stderr);
  if (!outcome.survivors.empty() || guardDied || !outcome.root) return kContainmentFailed;
  if (outcome.endReason == "timeout") return kTimedOut;
  const bool signaled = outcome.root->kind == ExitStatus::Kind::signaled;
  return static_cast<int>(signaled ? 128 + outcome.root->value : outcome.root->value);
}

std::string reportJson(const std::string& treeId, const FrontOutcome& outcome) {
  const std::string reason = outcome.endReason.empty() ? "not-started" : outcome.endReason;
  return "{\"id\":" + jsonText(treeId) + ",\"mechanism\":" + jsonText(outcome.mechanism) +
         ",\"escapable\":" + routesJson(outcome.escapable) + ",\"root\":" + rootJson(outcome.root) +
         ",\"reason\":" + jsonText(reason) +
         ",\"endedPolitely\":" + std::to_string(outcome.endedPolitely) +
         ",\"killed\":" + std::to_string(outcome.killed) +
         ",\"durationMs\":" + std::to_string(outcome.durationMs) +
         ",\"survivors\":" + joined(outcome.survivors) + "}\n";
}

}  // namespace holdfast
