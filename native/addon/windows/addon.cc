// holdfast.node on Windows: what lib/addon/binding.ts describes. A thin binding; the work is done
// in native/windows.

#include <napi.h>
#include <uv.h>

#include "addon/mechanisms.h"
#include "addon/windows/job-object.h"
#include "addon/windows/records.h"
#include "addon/windows/system-calls.h"
#include "addon/windows/tree-link.h"
#include "windows/mechanisms.h"
#include "windows/win-error.h"

namespace {

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  holdfast::translateErrorsWith(uv_translate_sys_error);
  holdfast::TreeLink::define(env, exports);
  holdfast::defineJob(env, exports);
  holdfast::defineRecords(env, exports);
  holdfast::defineMechanisms(env, exports, holdfast::offeredMechanisms());
  holdfast::defineSystemCalls(exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(holdfast, initialize)
