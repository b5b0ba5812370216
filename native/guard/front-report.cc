#include "guard/front-report.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/json.h"
#include "guard/exit-codes.h"

namespace holdfast {

namespace {

int numberIn(std::string_view field) { return std::atoi(std::string(field).c_str()); }

std::string survivorJson(const std::vector<std::string_view>& fields) {
  return "{\"pid\":" + std::string(fields[1]) + ",\"startTime\":" + jsonText(fields[2]) +
         ",\"why\":" + jsonText(fields[3]) + ",\"name\":" + jsonText(unescapeField(fields[4])) +
         '}';
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
    root = ExitStatus{ExitStatus::Kind::exited, numberIn(fields[1])};
  } else if (word == "signaled" && count == 2) {
    root = ExitStatus{ExitStatus::Kind::signaled, numberIn(fields[1])};
  } else if (word == "failed" && count == 4) {
    failedCall = unescapeField(fields[1]);
    failedNumber = numberIn(fields[3]);
    settled = true;
  } else if (word == "refused" && count == 3) {
    refusal = std::string(fields[1]) + ": " + unescapeField(fields[2]);
    settled = true;
  } else if (word == "survivor" && count == 5) {
    survivors.push_back(survivorJson(fields));
  } else if (word == "empty" && count == 5) {
    endReason = fields[1];
    endedPolitely = fields[2];
    killed = fields[3];
    durationMs = fields[4];
    settled = true;
  }
}

int FrontOutcome::diesOf() const {
  const bool signaled = root && root->kind == ExitStatus::Kind::signaled;
  return signaled && endReason != "timeout" ? root->value : 0;
}

int exitCodeOf(const FrontOutcome& outcome, const std::string& command) {
  const std::string shown = escapeField(command);
  if (!outcome.refusal.empty()) {
    std::fprintf(stderr, "holdfast: cannot contain %s: %s\n", shown.c_str(),
                 outcome.refusal.c_str());
    return kContainmentFailed;
  }
  if (!outcome.failedCall.empty()) {
    std::fprintf(stderr, "holdfast: %s: %s (%s)\n", shown.c_str(),
                 std::strerror(outcome.failedNumber), outcome.failedCall.c_str());
    if (outcome.failedCall != "execvp") return kContainmentFailed;
    return outcome.failedNumber == ENOENT ? kNotFound : kCannotExecute;
  }
  if (!outcome.survivors.empty())
    std::fprintf(stderr, "holdfast: %zu processes could not be ended\n", outcome.survivors.size());
  const bool guardDied = outcome.endReason == "guard-died";
  if (guardDied)
    std::fputs("holdfast: the guard died; what was found of its tree was ended\n", stderr);
  if (!outcome.survivors.empty() || guardDied || !outcome.root) return kContainmentFailed;
  if (outcome.endReason == "timeout") return kTimedOut;
  const bool signaled = outcome.root->kind == ExitStatus::Kind::signaled;
  return signaled ? 128 + outcome.root->value : outcome.root->value;
}

FrontReport::FrontReport(const std::string& path) : path_(path) {
  if (path.empty()) return;
  file_.reset(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file_) throw OsError::last("open", path);
}

void FrontReport::write(const std::string& treeId, const FrontOutcome& outcome) const {
  if (!file_) return;
  const std::string text =
      "{\"id\":" + jsonText(treeId) + ",\"mechanism\":" + jsonText(outcome.mechanism) +
      ",\"escapable\":" + routesJson(outcome.escapable) + ",\"root\":" + rootJson(outcome.root) +
      ",\"reason\":" + jsonText(outcome.endReason.empty() ? "not-started" : outcome.endReason) +
      ",\"endedPolitely\":" + outcome.endedPolitely + ",\"killed\":" + outcome.killed +
      ",\"durationMs\":" + outcome.durationMs + ",\"survivors\":" + joined(outcome.survivors) +
      "}\n";
  if (::write(file_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    std::fprintf(stderr, "holdfast: %s: %s\n", path_.c_str(), std::strerror(errno));
}

}  // namespace holdfast
