#include "posix/record.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "core/os-error.h"
#include "core/report.h"
#include "posix/files.h"

namespace holdfast {

namespace {

// A directory that others may write to, or that belongs to somebody else, is no place for state.
void requirePrivate(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) throw OsError::last("lstat", path);
  if (!S_ISDIR(info.st_mode)) throw OsError("lstat", ENOTDIR, path);
  if (info.st_uid != geteuid() || (info.st_mode & 077) != 0) throw OsError("lstat", EPERM, path);
}

void makePrivate(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw OsError::last("mkdir", path);
}

// The home of the password database, read without NSS: the guard is static.
std::string homeOf(uid_t uid) {
  const std::string passwd = readWholeFile("/etc/passwd");
  for (std::string_view line : splitLines(passwd)) {
    std::vector<std::string_view> fields;
    for (std::size_t at = 0, end = 0; end != std::string_view::npos; at = end + 1) {
      end = line.find(':', at);
      fields.push_back(line.substr(at, end == std::string_view::npos ? end : end - at));
    }
    if (fields.size() > 5 && fields[2] == std::to_string(uid) && fields[5].substr(0, 1) == "/")
      return std::string(fields[5]);
  }
  throw OsError("find the user's home", ENOENT, "/etc/passwd");
}

bool isOwnRuntimeDirectory(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
         (info.st_mode & 077) == 0;
}

std::string belowHome() {
  std::string path = homeOf(geteuid());
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) throw OsError::last("stat", path);
  if (info.st_uid != geteuid()) throw OsError("stat", EPERM, path);
  for (const char* part : {"/.local", "/.local/state", "/.local/state/holdfast"})
    makePrivate(path + part);
  return path + "/.local/state/holdfast/run";
}

void writeAll(int fd, const std::string& text, const std::string& path) {
  if (write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw OsError::last("write", path);
}

}  // namespace

std::string homeFromEnvironment() {
  const char* home = std::getenv("HOLDFAST_HOME");
  return home == nullptr ? "" : home;
}

std::string recordDirectory(const std::string& home) {
  std::string path;
  const std::string runtime = "/run/user/" + std::to_string(geteuid());
  if (home.substr(0, 1) == "/") {
    makePrivate(home);
    path = home + "/run";
  } else {
    path = isOwnRuntimeDirectory(runtime) ? runtime + "/holdfast" : belowHome();
  }
  makePrivate(path);
  requirePrivate(path);
  return path;
}

Record Record::create(const std::string& home, const std::string& treeId, const std::string& text) {
  const std::string directory = recordDirectory(home);
  const std::string temporary = directory + "/." + treeId + ".new";
  const std::string path = directory + '/' + treeId + ".tree";
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND | O_CLOEXEC;
  UniqueFd file(open(temporary.c_str(), kFlags, 0600));
  if (!file) throw OsError::last("open", temporary);
  try {
    if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) throw OsError::last("flock", temporary);
    writeAll(file.get(), text, temporary);
    if (rename(temporary.c_str(), path.c_str()) != 0) throw OsError::last("rename", path);
  } catch (...) {
    (void)unlink(temporary.c_str());  // the first error is the one to tell
    throw;
  }
  return Record(path, std::move(file));
}

Record Record::adopt(const std::string& path, const std::string& treeId) {
  const std::string name = '/' + treeId + ".tree";
  const bool named =
      path.size() > name.size() && path.compare(path.size() - name.size(), name.size(), name) == 0;
  if (!named) throw OsError("open", EINVAL, path);
  UniqueFd file(open(path.c_str(), O_RDWR | O_NOFOLLOW | O_APPEND | O_CLOEXEC));
  if (!file) throw OsError::last("open", path);
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) throw OsError::last("flock", path);
  return Record(path, std::move(file));
}

void Record::append(const std::string& text) { writeAll(file_.get(), text, path_); }

void Record::remove() {
  if (!file_) return;
  (void)unlink(path_.c_str());  // gone already: somebody else cleaned up
  file_.reset();
}

}  // namespace holdfast
