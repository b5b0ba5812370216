// `mechanisms` of lib/addon/binding.ts: what this system offers.
#pragma once

#include <napi.h>

#include "core/mechanism.h"

namespace holdfast {

void defineMechanisms(Napi::Env env, Napi::Object exports, const MechanismOffer& offer);

}  // namespace holdfast
