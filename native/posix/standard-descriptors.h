// The descriptors 0 to 2 of a process. Where the user has closed one, no file of ours takes its
// number: a program would use it as its standard stream.
#pragma once

#include "posix/unique-fd.h"

namespace holdfast {

// The same open file, close-on-exec, at a number above 2. Empty, with errno, where there is none.
UniqueFd aboveStandard(UniqueFd file);

// For a process that is ours alone: one that came closed is occupied, close-on-exec, so that it is
// closed for the root as well.
void occupyStandardDescriptors();

}  // namespace holdfast
