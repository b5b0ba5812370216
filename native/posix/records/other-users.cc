#include "posix/records/other-users.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include "core/os-error.h"
#include "posix/port/system.h"

namespace holdfast {

namespace {

struct stat statusOf(const UniqueFd& file, const std::string& path) {
  struct stat info {};
  if (fstat(file.get(), &info) != 0) throw OsError::last("fstat", path);
  return info;
}

// In a user namespace the system's root is unmapped, most often.
bool isRoots(const struct stat& info) {
  constexpr uid_t kOverflow = 65534;  // /proc/sys/kernel/overflowuid, proc(5)
  return info.st_uid == 0 || (info.st_uid == kOverflow && hasUnknownUsers());
}

// Where a user has a group of their own, the umask may let it write: that group is not others.
bool othersMayWrite(const struct stat& info) {
  const mode_t others = info.st_gid == getegid() ? S_IWOTH : S_IWOTH | S_IWGRP;
  return (info.st_mode & others) != 0;
}

bool othersOwn(const struct stat& info) { return info.st_uid != geteuid() && !isRoots(info); }

// Where everybody may write, S_ISVTX keeps what is there to its owners (inode(7)).
bool othersMayExchange(const struct stat& info) {
  return othersOwn(info) || (othersMayWrite(info) && (info.st_mode & S_ISVTX) == 0);
}

std::string directoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A failure names the file, which is what was asked for.
UniqueFd openDirectoryOf(const std::string& path) {
  UniqueFd directory(open(directoryOf(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) throw OsError::last("open", path);
  return directory;
}

UniqueFd openAmongOthers(const UniqueFd& directory, const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const std::string name = path.substr(path.rfind('/') + 1);
  UniqueFd file(openat(directory.get(), name.c_str(), kFlags, 0600));
  if (!file) throw OsError::last("open", path);
  const struct stat info = statusOf(file, path);
  const bool own = info.st_uid == geteuid();
  const bool hosts = info.st_uid == statusOf(directory, path).st_uid;
  const bool linked = own && info.st_nlink > 1;  // by whoever can make links
  if (!S_ISREG(info.st_mode) || linked || (!own && !hosts)) throw OsError("open", EACCES, path);
  if (ftruncate(file.get(), 0) != 0) throw OsError::last("ftruncate", path);
  return file;
}

}  // namespace

// From the top: what stands in a directory that nobody can exchange is there to stay.
std::string onlyOurs(const std::string& directory) {
  char resolved[PATH_MAX];
  if (realpath(directory.c_str(), resolved) == nullptr) throw OsError::last("realpath", directory);
  const std::string path = resolved;
  for (std::size_t end = 1; end != std::string::npos;) {
    const std::string part = path.substr(0, end);
    struct stat info {};
    if (lstat(part.c_str(), &info) != 0) throw OsError::last("lstat", part);
    if (!S_ISDIR(info.st_mode)) throw OsError("lstat", ENOTDIR, part);
    if (othersMayExchange(info)) throw OsError("lstat", EPERM, part);
    end = end >= path.size() ? std::string::npos : std::min(path.find('/', end + 1), path.size());
  }
  return path;
}

UniqueFd openToWrite(const std::string& path) {
  const UniqueFd directory = openDirectoryOf(path);
  const struct stat info = statusOf(directory, path);
  if (othersOwn(info) || othersMayWrite(info)) return openAmongOthers(directory, path);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  UniqueFd file(openat(directory.get(), path.substr(path.rfind('/') + 1).c_str(), kFlags, 0600));
  if (!file) throw OsError::last("open", path);
  return file;
}

}  // namespace holdfast
