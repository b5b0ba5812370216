// What is done about the records of crashes: `cleanup` and `explain`, promises for the lines of
// docs/protocol.md.
#pragma once

#include <napi.h>

namespace holdfast {

void defineCleanup(Napi::Env env, Napi::Object records);

}  // namespace holdfast
