// The records in this user's directory and what each says about its tree, seen from here and now.
// Makes nothing, removes nothing and keeps no lock; what it reads is hostile until checked.
#pragma once

#include <optional>
#include <string>

#include "core/records/registry.h"

namespace holdfast {

// `home` is HOLDFAST_HOME, or empty. Throws OsError when the directory is not to be trusted.
Registry readRegistry(const std::string& home);
// The same, but waits a moment for the guards that have only just begun, until they listen.
Registry readSettledRegistry(const std::string& home);

// One of its entries again; nothing when it is gone. Throws OsError.
std::optional<RegistryEntry> readEntry(const std::string& path);

}  // namespace holdfast
