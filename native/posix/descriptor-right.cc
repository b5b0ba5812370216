#include "posix/descriptor-right.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

#include "posix/unique-fd.h"

namespace holdfast {

namespace {

constexpr rlim_t kEnough = 1024;  // what a system gives its users, mostly

}  // namespace

void takeDescriptorRight() {
  rlimit right{};
  if (getrlimit(RLIMIT_NOFILE, &right) != 0 || right.rlim_cur >= kEnough) return;
  const rlimit wanted{kEnough, std::max(right.rlim_max, kEnough)};
  if (setrlimit(RLIMIT_NOFILE, &wanted) == 0 || right.rlim_cur == right.rlim_max) return;
  right.rlim_cur = std::min(right.rlim_max, kEnough);
  (void)setrlimit(RLIMIT_NOFILE, &right);  // refused: what can be done without is done
}

bool descriptorsLack() {
  const UniqueFd any(open("/", O_RDONLY | O_CLOEXEC));
  return !any && (errno == EMFILE || errno == ENFILE);
}

}  // namespace holdfast
