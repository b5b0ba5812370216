// The addon's `prctl` (lib/addon/binding.ts).
#pragma once

#include <napi.h>

namespace holdfast {

void definePrctl(Napi::Env env, Napi::Object exports);

}  // namespace holdfast
