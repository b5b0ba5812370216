#include "posix/records/record.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/os-error.h"
#include "core/tree-names.h"
#include "posix/files.h"
#include "posix/records/record-directory.h"

namespace holdfast {

namespace {

constexpr int kLockRetryMs = 1;  // how long at most somebody holds the lock who only looks
constexpr int kLooks = 20;

// Throws OsError.
void lock(const UniqueFd& file, const std::string& path) {
  for (int attempt = 0; flock(file.get(), LOCK_EX | LOCK_NB) != 0; ++attempt) {
    if (errno != EWOULDBLOCK || attempt == kLooks) throw OsError::last("flock", path);
    (void)poll(nullptr, 0, kLockRetryMs);
  }
}

void writeAll(int fd, const std::string& text, const std::string& path) {
  const ssize_t written = write(fd, text.data(), text.size());
  if (written < 0) throw OsError::last("write", path);
  if (written != static_cast<ssize_t>(text.size())) throw OsError("write", ENOSPC, path);
}

struct stat statusOf(const UniqueFd& file, const std::string& path) {
  struct stat info {};
  if (fstat(file.get(), &info) != 0) throw OsError::last("fstat", path);
  return info;
}

}  // namespace

Record Record::create(const std::string& home, const std::string& treeId, const std::string& text) {
  const std::string directory = recordDirectory(home);
  const std::string temporary = directory + '/' + temporaryNameOf(treeId);
  const std::string path = directory + '/' + recordNameOf(treeId);
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND | O_CLOEXEC;
  UniqueFd file(open(temporary.c_str(), kFlags, 0600));
  if (!file) throw OsError::last("open", temporary);
  try {
    lock(file, temporary);
    writeAll(file.get(), text, temporary);
    if (rename(temporary.c_str(), path.c_str()) != 0) throw OsError::last("rename", path);
  } catch (...) {
    (void)unlink(temporary.c_str());  // the first error is the one to tell
    throw;
  }
  return Record(path, std::move(file));
}

Record Record::adopt(const std::string& path, const std::string& treeId) {
  const std::string name = '/' + recordNameOf(treeId);
  const bool named =
      path.size() > name.size() && path.compare(path.size() - name.size(), name.size(), name) == 0;
  if (!named) throw OsError("open", EINVAL, path);
  UniqueFd file(open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_APPEND | O_CLOEXEC));
  if (!file) throw OsError::last("open", path);
  lock(file, path);
  if (statusOf(file, path).st_nlink == 0) throw OsError("open", ENOENT, path);
  return Record(path, std::move(file));
}

std::string Record::socketPath() const {
  const std::size_t name = path_.rfind('/') + 1;
  return path_.substr(0, name) + socketNameOf(treeOfRecord(path_.substr(name)));
}

void Record::append(const std::string& text) {
  const off_t before = statusOf(file_, path_).st_size;
  try {
    writeAll(file_.get(), text, path_);
  } catch (const OsError&) {
    (void)ftruncate(file_.get(), before);  // half a line would spoil the next
    throw;
  }
}

void Record::remove() {
  if (!file_) return;
  if (standsAt(path_, file_.get())) {    // else somebody else has cleaned up, or moved it
    (void)unlink(socketPath().c_str());  // there may be none
    (void)unlink(path_.c_str());
  }
  file_.reset();
}

bool isLocked(const UniqueFd& file, const std::string& path) {
  if (flock(file.get(), LOCK_SH | LOCK_NB) == 0) {
    (void)flock(file.get(), LOCK_UN);  // at once, also when a copy was forked off meanwhile
    return false;
  }
  if (errno != EWOULDBLOCK) throw OsError::last("flock", path);
  return true;
}

}  // namespace holdfast
