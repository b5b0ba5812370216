#include "posix/port/descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vector>

#include "linux/kernel/numbers.h"
#include "posix/files.h"
#include "posix/unique-fd.h"

namespace holdfast {

namespace {

bool closeRange(unsigned first, unsigned last) {
  return first > last || syscall(SYS_close_range, first, last, 0) == 0;
}

// Without /proc only close-on-exec protects what is open.
std::vector<int> openDescriptors() { return numbersNamedIn("/proc/self/fd"); }

}  // namespace

void closeAllBut(const std::set<int>& kept) {
  unsigned first = 3;
  bool closed = true;
  for (int fd : kept) {
    if (fd <= 2) continue;
    setCloseOnExec(fd);
    closed = closed && closeRange(first, static_cast<unsigned>(fd) - 1);
    first = static_cast<unsigned>(fd) + 1;
  }
  if (closed && closeRange(first, ~0u)) return;
  for (int fd : openDescriptors())
    if (fd > 2 && kept.count(fd) == 0) UniqueFd(fd).reset();
}

void closeInherited() {
  for (int fd : openDescriptors())
    if (fd > 2 && fcntl(fd, F_GETFD) == 0) UniqueFd(fd).reset();
}

void limitDescriptorsLike(int pid) {
  rlimit own{};
  rlimit other{};
  if (getrlimit(RLIMIT_NOFILE, &own) != 0 || prlimit(pid, RLIMIT_NOFILE, nullptr, &other) != 0)
    return;
  if (own.rlim_cur != own.rlim_max || other.rlim_max != own.rlim_max) return;
  (void)setrlimit(RLIMIT_NOFILE, &other);  // no higher than it is: it cannot fail
}

}  // namespace holdfast
