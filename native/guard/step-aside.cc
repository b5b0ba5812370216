#include "guard/step-aside.h"

#include <fcntl.h>
#include <unistd.h>

#include "posix/choose-containment.h"
#include "posix/unique-fd.h"

namespace holdfast {

void stepAside() {
  for (int fd = 0; fd <= 2; ++fd) {
    UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (null && null.get() != fd) (void)dup2(null.get(), fd);
    if (null.get() == fd) (void)null.release();
  }
  closeInherited();
  (void)setsid();  // fails only for a group leader, and a guard is none
  (void)chdir("/");
}

}  // namespace holdfast
