#include "linux/fork-ban.h"

#include <sys/resource.h>

namespace holdfast {

void forbidForks(int pid, const std::function<bool()>& stillLives) {
  const rlimit none{0, 0};
  rlimit before{};
  if (prlimit(pid, RLIMIT_NPROC, &none, &before) != 0) return;
  if (!stillLives()) (void)prlimit(pid, RLIMIT_NPROC, &before, nullptr);
}

}  // namespace holdfast
