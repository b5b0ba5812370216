#include "posix/standard-descriptors.h"

#include <fcntl.h>
#include <unistd.h>

namespace holdfast {

UniqueFd aboveStandard(UniqueFd file) {
  if (file.get() < 0 || file.get() > STDERR_FILENO) return file;
  return UniqueFd(fcntl(file.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

void occupyStandardDescriptors() {
  UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  while (null && null.get() <= STDERR_FILENO) {
    (void)null.release();
    null.reset(open("/dev/null", O_RDWR | O_CLOEXEC));
  }
}

}  // namespace holdfast
