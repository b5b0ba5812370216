#include "posix/process.h"

#include "linux/pidfd.h"
#include "linux/proc.h"

namespace holdfast {

UniqueFd openProcess(int pid) { return openPidfd(pid); }

std::optional<Identity> identityOf(int pid) {
  const auto stat = readStat(pid);
  if (!stat || stat->dead()) return std::nullopt;
  return stat->identity();
}

int parentOf(int pid) {
  const auto stat = readStat(pid);
  return stat ? stat->ppid : 0;
}

}  // namespace holdfast
