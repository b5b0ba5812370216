// holdfast.node: what lib/addon/binding.ts describes. A thin binding; the work is done in
// native/posix.

#include <napi.h>

#include "addon/mechanisms.h"
#include "addon/posix/prctl.h"
#include "addon/posix/records.h"
#include "addon/posix/system-calls.h"
#include "addon/posix/tree-link.h"
#include "posix/port/mechanisms.h"

namespace {

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  holdfast::TreeLink::define(env, exports);
  holdfast::defineMechanisms(env, exports, holdfast::offeredMechanisms());
  holdfast::defineSystemCalls(env, exports);
  holdfast::definePrctl(env, exports);
  holdfast::defineRecords(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(holdfast, initialize)
