#include "addon/windows/records.h"

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "addon/arguments.h"
#include "addon/errors.h"
#include "addon/lines-promise.h"
#include "windows/clock.h"
#include "windows/records/cleanup.h"
#include "windows/records/registry.h"
#include "windows/tree/supervisor.h"

namespace holdfast {

namespace {

using Info = Napi::CallbackInfo;
using Lines = std::vector<std::string>;

Napi::Value startReading(const Info& info) {
  const std::string home = stringIn(info[0], "home");
  return promiseOfLines(info.Env(), [home] { return linesOf(readRegistry(home)); });
}

// Windows stops no process as a whole.
Napi::Value startContinuing(const Info& info) {
  return promiseOfLines(info.Env(), [] { return Lines(); });
}

Napi::Value startEnding(const Info& info) {
  const std::string home = stringIn(info[0], "home");
  const std::string id = stringIn(info[1], "id");
  return promiseOfLines(info.Env(), [home, id] {
    const std::int64_t begun = nowMs();
    const auto report = endInHoldersStead(home, id);
    return report ? endLinesOf(*report, nowMs() - begun) : Lines();
  });
}

Napi::Value startCleanup(const Info& info) {
  const std::string home = stringIn(info[0], "home");
  const bool tells = info[1].As<Napi::Object>().Get("dryRun").ToBoolean();
  return promiseOfLines(info.Env(), [home, tells] {
    return linesOf(cleanup(home, tells ? CleanupMode::tell : CleanupMode::act));
  });
}

Napi::Value startExplanation(const Info& info) {
  const std::string home = stringIn(info[0], "home");
  const int pid = intIn(info[1], "pid");
  return promiseOfLines(info.Env(), [home, pid] { return linesOf(explain(home, pid)); });
}

void recoverQuietly(const std::string& home) {
  try {
    (void)cleanup(home, CleanupMode::act);  // nobody has asked for a report
  } catch (const OsError&) {
    return;  // where the records cannot be read there is nothing to remove
  }
}

Napi::Value recoverOthers(const Info& info) {
  static std::once_flag once;
  const std::string home = stringIn(info[0], "home");
  std::call_once(once, [&home] {
    (void)Supervisor::instance();  // keeps this library loaded under the thread
    std::thread(recoverQuietly, home).detach();
  });
  return info.Env().Undefined();
}

}  // namespace

void defineRecords(Napi::Env env, Napi::Object exports) {
  Napi::Object records = Napi::Object::New(env);
  records.Set("read", Napi::Function::New<startReading>(env, "read"));
  records.Set("continueGuard", Napi::Function::New<startContinuing>(env, "continueGuard"));
  records.Set("endTree", Napi::Function::New<startEnding>(env, "endTree"));
  records.Set("cleanup", Napi::Function::New<startCleanup>(env, "cleanup"));
  records.Set("explain", Napi::Function::New<startExplanation>(env, "explain"));
  records.Set("recoverOthers",
              Napi::Function::New<translated<recoverOthers>>(env, "recoverOthers"));
  exports.Set("records", records);
}

}  // namespace holdfast
