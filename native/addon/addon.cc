// holdfast.node: what lib/native/binding.ts describes. A thin binding; the work is done in
// native/posix.

#include <napi.h>

#include "addon/guard-link.h"
#include "addon/prctl.h"
#include "addon/records.h"
#include "addon/system-calls.h"

namespace {

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  holdfast::GuardLink::define(env, exports);
  holdfast::defineSystemCalls(env, exports);
  holdfast::definePrctl(env, exports);
  holdfast::defineRecords(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(holdfast, initialize)
