// The records in this user's directory and what each says about its tree, seen from here and now.
// Makes nothing, removes nothing and keeps no lock; what it reads is hostile until checked.
#pragma once

#include <string>

#include "core/records/registry.h"

namespace holdfast {

// `home` is HOLDFAST_HOME, or empty. Throws OsError when the directory cannot be read.
Registry readRegistry(const std::string& home);

}  // namespace holdfast
