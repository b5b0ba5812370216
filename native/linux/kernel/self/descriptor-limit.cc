#include <sys/resource.h>

#include "posix/tree/descriptor-right.h"

namespace holdfast {

void limitDescriptorsLike(int pid) {
  rlimit own{};
  rlimit other{};
  if (getrlimit(RLIMIT_NOFILE, &own) != 0 || prlimit(pid, RLIMIT_NOFILE, nullptr, &other) != 0)
    return;
  if (own.rlim_cur != own.rlim_max || other.rlim_max != own.rlim_max) return;
  (void)setrlimit(RLIMIT_NOFILE, &other);  // no higher than it is: it cannot fail
}

}  // namespace holdfast
