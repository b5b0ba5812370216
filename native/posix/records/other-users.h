// What other users can do to a path that is used here: put something else in its place.
#pragma once

#include <string>

#include "posix/unique-fd.h"

namespace holdfast {

// The directory without links. Throws OsError (EPERM) unless it and all above it belong to this
// user or to root, and nobody else may rename or remove what is in them.
std::string onlyOurs(const std::string& directory);

// For writing from the beginning, as a shell redirects to it; made with mode 0600 when missing.
// In a directory where other users may put things, none of those is followed or written to: no
// symbolic link, no other user's file but the directory's owner's own. Throws OsError.
UniqueFd openToWrite(const std::string& path);

}  // namespace holdfast
