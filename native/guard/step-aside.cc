#include "guard/step-aside.h"

#include <fcntl.h>
#include <unistd.h>

#include "posix/port/descriptors.h"
#include "posix/unique-fd.h"

namespace holdfast {

void stepAside() {
  for (int fd = 0; fd <= 2; ++fd) {
    UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (null.get() == fd) {
      (void)null.release();
    } else if (!null || dup2(null.get(), fd) < 0) {
      UniqueFd(fd).reset();  // docs/gotchas.md#a-guard-that-can-open-nothing
    }
  }
  closeInherited();
  (void)setsid();  // fails only for a group leader, and a guard is none
  (void)chdir("/");
}

}  // namespace holdfast
