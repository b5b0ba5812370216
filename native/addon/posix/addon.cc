// holdfast.node: what lib/addon/binding.ts describes. A thin binding; the work is done in
// native/posix.

#include <napi.h>

#include "addon/posix/tree-link.h"
#include "addon/posix/prctl.h"
#include "addon/posix/records.h"
#include "addon/posix/system-calls.h"

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
