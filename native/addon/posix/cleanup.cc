#include "addon/posix/cleanup.h"

#include <cstdint>
#include <string>

#include "addon/arguments.h"
#include "addon/errors.h"
#include "addon/lines-promise.h"
#include "posix/owner/guard-reaper.h"
#include "posix/recovery/cleanup.h"

namespace holdfast {

namespace {

Napi::Value startCleanup(const Napi::CallbackInfo& info) {
  const auto options = info[1].As<Napi::Object>();
  CleanupTerms terms;
  terms.home = stringIn(info[0], "home");
  terms.dryRun = options.Get("dryRun").ToBoolean();
  terms.minAgeMs = static_cast<std::uint64_t>(options.Get("minAgeMs").ToNumber().Int64Value());
  return promiseOfLines(info.Env(), [terms] { return linesOf(cleanup(terms)); });
}

Napi::Value startExplanation(const Napi::CallbackInfo& info) {
  const std::string home = stringIn(info[0], "home");
  const int pid = intIn(info[1], "pid");
  return promiseOfLines(info.Env(), [home, pid] { return linesOf(explain(home, pid)); });
}

Napi::Value recoverOthers(const Napi::CallbackInfo& info) {
  const Seeker seeker{stringIn(info[0], "home"), stringIn(info[2], "mark")};
  GuardReaper::instance().search({stringIn(info[1], "guardPath"), seeker});
  return info.Env().Undefined();
}

}  // namespace

void defineCleanup(Napi::Env env, Napi::Object records) {
  records.Set("cleanup", Napi::Function::New<startCleanup>(env, "cleanup"));
  records.Set("recoverOthers",
              Napi::Function::New<translated<recoverOthers>>(env, "recoverOthers"));
  records.Set("explain", Napi::Function::New<startExplanation>(env, "explain"));
}

}  // namespace holdfast
