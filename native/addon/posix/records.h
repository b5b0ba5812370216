// `records`: promises for what this user's records say, as lines (lib/addon/binding.ts).
#pragma once

#include <napi.h>

namespace holdfast {

void defineRecords(Napi::Env env, Napi::Object exports);

}  // namespace holdfast
