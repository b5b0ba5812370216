#include "posix/file-lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "core/os-error.h"
#include "posix/standard-descriptors.h"

namespace holdfast {

namespace {

UniqueFd openForLock(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  UniqueFd file = aboveStandard(UniqueFd(open(path.c_str(), kFlags, 0600)));
  if (!file) throw OsError::last("open", path);
  return file;
}

// 0, EWOULDBLOCK, or throws.
int lockFile(const UniqueFd& file, int operation, const std::string& path) {
  int result;
  do result = flock(file.get(), operation);
  while (result != 0 && errno == EINTR);
  if (result != 0 && errno != EWOULDBLOCK) throw OsError::last("flock", path);
  return result == 0 ? 0 : EWOULDBLOCK;
}

}  // namespace

FileLock FileLock::wait(const std::string& path) {
  UniqueFd file = openForLock(path);
  (void)lockFile(file, LOCK_EX, path);  // waits: EWOULDBLOCK does not occur
  return FileLock(std::move(file));
}

std::optional<FileLock> FileLock::attempt(const std::string& path) {
  UniqueFd file = openForLock(path);
  if (lockFile(file, LOCK_EX | LOCK_NB, path) != 0) return std::nullopt;
  return FileLock(std::move(file));
}

}  // namespace holdfast
