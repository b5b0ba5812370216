// The mechanisms that Windows has: a Job Object holds every tree.
#pragma once

#include "core/mechanism.h"

namespace holdfast {

const MechanismOffer& offeredMechanisms();

}  // namespace holdfast
