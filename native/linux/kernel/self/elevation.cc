#include "posix/port/elevation.h"

#include <sys/auxv.h>
#include <unistd.h>

namespace holdfast {

// The kernel says so to every program (getauxval(3)).
bool isElevated() { return getuid() != 0 && getauxval(AT_SECURE) != 0; }

}  // namespace holdfast
