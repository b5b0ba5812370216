#include "linux/processes/fork-ban.h"

#include <sys/resource.h>

namespace holdfast {

void forbidForks(int pid, const std::function<bool()>& stillLives) {
  rlimit before{};
  if (prlimit(pid, RLIMIT_NPROC, nullptr, &before) != 0) return;
  const rlimit none{0, before.rlim_max};
  if (prlimit(pid, RLIMIT_NPROC, &none, nullptr) != 0) return;
  if (!stillLives()) (void)prlimit(pid, RLIMIT_NPROC, &before, nullptr);
}

}  // namespace holdfast
