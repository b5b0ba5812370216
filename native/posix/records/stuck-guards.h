// Guards that are alive and do not do their work, because somebody has stopped them.
#pragma once

#include <vector>

#include "posix/records/registry.h"

namespace holdfast {

// Asks each guard over its socket, all at once, and waits a moment for any answer. A guard that
// gives none is stuck, if it holds the lock of the record that names it.
std::vector<bool> areStuck(const std::vector<const RegistryEntry*>& entries);

}  // namespace holdfast
