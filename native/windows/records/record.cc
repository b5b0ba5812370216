#include "windows/records/record.h"

#include <utility>

#include "core/tree-names.h"
#include "windows/own-user.h"
#include "windows/records/file-lock.h"
#include "windows/records/record-directory.h"
#include "windows/start/program-search.h"
#include "windows/wide-text.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr DWORD kAccess = GENERIC_READ | GENERIC_WRITE | DELETE;
constexpr DWORD kShared = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

std::wstring fileName(const std::string& path) { return longPath(wideText(path)); }

void writeAll(const UniqueHandle& file, const std::string& text, const std::string& path) {
  DWORD written = 0;
  const auto length = static_cast<DWORD>(text.size());
  if (WriteFile(file.get(), text.data(), length, &written, nullptr) == 0)
    throw lastError("WriteFile", path);
}

}  // namespace

Record Record::create(const std::string& home, const std::string& treeId, const std::string& text) {
  const std::string path = recordDirectory(home) + '\\' + recordNameOf(treeId);
  OnlyOwnUser user;
  UniqueHandle file(CreateFileW(fileName(path).c_str(), kAccess, kShared, user.attributes(),
                                CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE, nullptr));
  if (!file) throw lastError("CreateFileW", path);
  (void)lockFile(file, LockWish::wait, path);
  writeAll(file, text, path);
  return Record(path, std::move(file));
}

void removeAbandoned(const std::string& path) {
  const UniqueHandle file(CreateFileW(fileName(path).c_str(), kAccess, kShared, nullptr,
                                      OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  if (!file) throw lastError("CreateFileW", path);
  if (!lockFile(file, LockWish::attempt, path))
    throw windowsError("LockFileEx", ERROR_LOCK_VIOLATION, path);
  if (DeleteFileW(fileName(path).c_str()) == 0) throw lastError("DeleteFileW", path);
}

void Record::append(const std::string& text) {
  if (SetFilePointer(file_.get(), 0, nullptr, FILE_END) == INVALID_SET_FILE_POINTER)
    throw lastError("SetFilePointer", path_);
  writeAll(file_, text, path_);
}

bool isLocked(const UniqueHandle& file, const std::string& path) {
  if (!lockFile(file, LockWish::look, path)) return true;
  unlockFile(file);
  return false;
}

}  // namespace holdfast
