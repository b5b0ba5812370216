#include "windows/records/file-lock.h"

#include <utility>

#include "windows/start/program-search.h"
#include "windows/wide-text.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

// A byte far behind the contents: a locked one cannot be read by others (LockFileEx).
constexpr DWORD kLockedAt = 0x7fff0000;

UniqueHandle openForLock(const std::string& path) {
  constexpr DWORD kShared = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  UniqueHandle file(CreateFileW(longPath(wideText(path)).c_str(), GENERIC_READ | GENERIC_WRITE,
                                kShared, nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) throw lastError("CreateFileW", path);
  return file;
}

DWORD flagsFor(LockWish wish) {
  if (wish == LockWish::look) return LOCKFILE_FAIL_IMMEDIATELY;
  return LOCKFILE_EXCLUSIVE_LOCK | (wish == LockWish::attempt ? LOCKFILE_FAIL_IMMEDIATELY : 0);
}

}  // namespace

bool lockFile(const UniqueHandle& file, LockWish wish, const std::string& path) {
  OVERLAPPED at{};
  at.Offset = kLockedAt;
  if (LockFileEx(file.get(), flagsFor(wish), 0, 1, 0, &at) != 0) return true;
  const DWORD error = GetLastError();
  if (error == ERROR_LOCK_VIOLATION || error == ERROR_IO_PENDING) return false;
  throw windowsError("LockFileEx", error, path);
}

void unlockFile(const UniqueHandle& file) {
  OVERLAPPED at{};
  at.Offset = kLockedAt;
  (void)UnlockFileEx(file.get(), 0, 1, 0, &at);  // its end would do the same
}

FileLock FileLock::wait(const std::string& path) {
  UniqueHandle file = openForLock(path);
  (void)lockFile(file, LockWish::wait, path);
  return FileLock(std::move(file));
}

std::optional<FileLock> FileLock::attempt(const std::string& path) {
  UniqueHandle file = openForLock(path);
  if (!lockFile(file, LockWish::attempt, path)) return std::nullopt;
  return FileLock(std::move(file));
}

}  // namespace holdfast
