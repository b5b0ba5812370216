#include "guard/front/outcome.h"

#include <cerrno>
#include <cstdio>
#include <string_view>

#include "core/os-error.h"
#include "core/text/json.h"
#include "core/text/printable.h"
#include "core/uv-errors.h"
#include "guard/exit-codes.h"

namespace holdfast {

namespace {

std::string survivorJson(const fact::Survivor& survivor) {
  return "{\"pid\":" + std::to_string(survivor.process.pid) +
         ",\"startTime\":" + jsonText(std::to_string(survivor.process.startTime)) +
         ",\"why\":" + jsonText(survivor.why) + ",\"name\":" + jsonText(survivor.name) + '}';
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

std::string routesJson(const std::vector<EscapeRoute>& open) {
  std::vector<std::string> routes;
  for (EscapeRoute route : open) routes.push_back(jsonText(nameOf(route)));
  return joined(routes);
}

std::string survivorsJson(const std::vector<fact::Survivor>& survivors) {
  std::vector<std::string> objects;
  for (const fact::Survivor& survivor : survivors) objects.push_back(survivorJson(survivor));
  return joined(objects);
}

}  // namespace

void FrontOutcome::take(const Fact& fact) {
  if (const auto* held = std::get_if<fact::Held>(&fact)) {
    mechanism = nameOf(held->mechanism);
    open = held->open;
  } else if (const auto* ended = std::get_if<fact::RootEnded>(&fact)) {
    root = ended->status;
  } else if (const auto* failed = std::get_if<fact::Failed>(&fact)) {
    failedCall = failed->why.call;
    failedNumber = failed->why.number;
    settled = true;
  } else if (const auto* refused = std::get_if<fact::Refused>(&fact)) {
    refusal = refused->what + ": " + refused->detail;
    settled = true;
  } else if (const auto* survivor = std::get_if<fact::Survivor>(&fact)) {
    survivors.push_back(*survivor);
  } else if (const auto* empty = std::get_if<fact::Empty>(&fact)) {
    endReason = empty->reason;
    endedPolitely = empty->endedPolitely;
    killed = empty->killed;
    durationMs = empty->durationMs;
    settled = true;
  }
}

int FrontOutcome::diesOf() const {
  const bool signaled = root && root->kind == ExitStatus::Kind::signaled;
  return signaled && endReason != EndReason::timeout ? static_cast<int>(root->value) : 0;
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
  const bool guardDied = outcome.endReason == EndReason::guardDied;
  if (guardDied)
    std::fputs("holdfast: the guard died; what was found of its tree was ended\n", stderr);
  if (!outcome.survivors.empty() || guardDied || !outcome.root) return kContainmentFailed;
  if (outcome.endReason == EndReason::timeout) return kTimedOut;
  const bool signaled = outcome.root->kind == ExitStatus::Kind::signaled;
  return static_cast<int>(signaled ? 128 + outcome.root->value : outcome.root->value);
}

std::string reportJson(const std::string& treeId, const FrontOutcome& outcome) {
  const std::string_view reason = outcome.endReason ? nameOf(*outcome.endReason) : "not-started";
  return "{\"id\":" + jsonText(treeId) + ",\"mechanism\":" + jsonText(outcome.mechanism) +
         ",\"escapable\":" + routesJson(outcome.open) + ",\"root\":" + rootJson(outcome.root) +
         ",\"reason\":" + jsonText(reason) +
         ",\"endedPolitely\":" + std::to_string(outcome.endedPolitely) +
         ",\"killed\":" + std::to_string(outcome.killed) +
         ",\"durationMs\":" + std::to_string(outcome.durationMs) +
         ",\"survivors\":" + survivorsJson(outcome.survivors) + "}\n";
}

}  // namespace holdfast
