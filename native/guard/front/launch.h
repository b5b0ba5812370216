// The launch that the front of `run` asks its guard for.
#pragma once

#include "core/launch.h"
#include "guard/front/run-options.h"

namespace holdfast {

// Throws UsageError when standard input was named as the owner and cannot be one.
Launch launchForFront(const RunOptions& run);

}  // namespace holdfast
