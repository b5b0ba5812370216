// The addon's `createJob` (lib/addon/binding.ts): one Job Object in the hands of JavaScript.
#pragma once

#include <napi.h>

namespace holdfast {

void defineJob(Napi::Env env, Napi::Object exports);

}  // namespace holdfast
