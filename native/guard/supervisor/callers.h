// Through whom the front was called, and by whom.
#pragma once

#include "core/callers.h"

namespace holdfast {

// In the front, or in its guard as long as that has the front's standard input and signals.
Callers findCallers(int front);

}  // namespace holdfast
