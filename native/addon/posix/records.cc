#include "addon/posix/records.h"

#include <cstdint>
#include <string>
#include <vector>

#include "addon/arguments.h"
#include "addon/lines-promise.h"
#include "addon/posix/cleanup.h"
#include "core/facts.h"
#include "posix/clock.h"
#include "posix/owner/guards-stead.h"
#include "posix/records/registry.h"

namespace holdfast {

namespace {

Napi::Value startReading(const Napi::CallbackInfo& info) {
  const std::string home = stringIn(info[0], "home");
  return promiseOfLines(info.Env(), [home] { return linesOf(readSettledRegistry(home)); });
}

Napi::Value startContinuing(const Napi::CallbackInfo& info) {
  const std::string home = stringIn(info[0], "home");
  const std::string id = stringIn(info[1], "id");
  return promiseOfLines(info.Env(), [home, id] {
    const auto guard = continueGuard(home, id);
    return guard ? std::vector{lineOf(fact::Guard{*guard})} : std::vector<std::string>{};
  });
}

Napi::Value startEnding(const Napi::CallbackInfo& info) {
  const std::string home = stringIn(info[0], "home");
  const std::string id = stringIn(info[1], "id");
  return promiseOfLines(info.Env(), [home, id] {
    const std::int64_t begun = nowMs();
    const auto report = endInGuardsStead(home, id);
    return report ? endLinesOf(*report, nowMs() - begun) : std::vector<std::string>{};
  });
}

}  // namespace

void defineRecords(Napi::Env env, Napi::Object exports) {
  Napi::Object records = Napi::Object::New(env);
  records.Set("read", Napi::Function::New<startReading>(env, "read"));
  records.Set("continueGuard", Napi::Function::New<startContinuing>(env, "continueGuard"));
  records.Set("endTree", Napi::Function::New<startEnding>(env, "endTree"));
  defineCleanup(env, records);
  exports.Set("records", records);
}

}  // namespace holdfast
