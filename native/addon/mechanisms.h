// `offeredMechanisms` of lib/addon/binding.ts. An offer lasts as long as the process.
#pragma once

#include <napi.h>

#include "core/mechanism.h"

namespace holdfast {

void defineMechanisms(Napi::Env env, Napi::Object exports, const MechanismOffer& offer);

}  // namespace holdfast
