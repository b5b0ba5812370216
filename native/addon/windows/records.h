// What the addon offers of the records of this user: lib/addon/binding.ts, Records.
#pragma once

#include <napi.h>

namespace holdfast {

void defineRecords(Napi::Env env, Napi::Object exports);

}  // namespace holdfast
