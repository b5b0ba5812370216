// `cleanup` and `explain` of lib/addon/binding.ts: promises for the lines of docs/protocol.md about
// what crashes have left behind.
#pragma once

#include <napi.h>

namespace holdfast {

void defineCleanup(Napi::Env env, Napi::Object records);

}  // namespace holdfast
