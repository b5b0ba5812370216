// The functions of the addon that stand for single system calls (lib/addon/binding.ts).
#pragma once

#include <napi.h>

namespace holdfast {

void defineSystemCalls(Napi::Object exports);

}  // namespace holdfast
