#include "posix/records/record-directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "core/os-error.h"
#include "core/text/lines.h"
#include "posix/files.h"
#include "posix/records/other-users.h"

namespace holdfast {

namespace {

constexpr const char* kHomeVariable = "HOLDFAST_HOME";

struct Place {
  std::string path;
  std::vector<std::string> parents;  // to be made when missing, outermost first
};

// A directory that others may write to or exchange, or that belongs to somebody else, is no place
// for state.
void requirePrivate(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) throw OsError::last("lstat", path);
  if (!S_ISDIR(info.st_mode)) throw OsError("lstat", ENOTDIR, path);
  if (info.st_uid != geteuid() || (info.st_mode & 077) != 0) throw OsError("lstat", EPERM, path);
}

// The path with all links resolved but in its last part, which must not be a link.
std::string withOnlyOursAbove(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string above = onlyOurs(path.substr(0, std::max<std::size_t>(slash, 1)));
  return (above == "/" ? "" : above) + path.substr(slash);
}

void makePrivate(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) == 0) return;
  if (mkdir(withOnlyOursAbove(path).c_str(), 0700) != 0 && errno != EEXIST)
    throw OsError::last("mkdir", path);
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

Place placeBelowHome() {
  const std::string path = homeOf(geteuid());
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) throw OsError::last("stat", path);
  if (info.st_uid != geteuid()) throw OsError("stat", EPERM, path);
  const std::string state = path + "/.local/state";
  return {state + "/holdfast/run", {path + "/.local", state, state + "/holdfast"}};
}

// Throws OsError when this user has none.
Place placeFor(const std::string& home) {
  if (home.substr(0, 1) == "/") return {home + "/run", {home}};
  const std::string runtime = "/run/user/" + std::to_string(geteuid());
  if (isOwnRuntimeDirectory(runtime)) return {runtime + "/holdfast", {}};
  return placeBelowHome();
}

}  // namespace

std::string homeFromEnvironment() {
  const char* home = std::getenv(kHomeVariable);
  return home == nullptr ? "" : home;
}

std::string homeVariable(const std::string& home) {
  return std::string(kHomeVariable) + '=' + home;
}

std::string recordDirectory(const std::string& home) {
  const Place place = placeFor(home);
  for (const std::string& parent : place.parents) makePrivate(parent);
  makePrivate(place.path);
  const std::string path = withOnlyOursAbove(place.path);
  requirePrivate(path);
  return path;
}

std::optional<std::string> findRecordDirectory(const std::string& home) {
  Place place;
  try {
    place = placeFor(home);
  } catch (const OsError&) {
    return std::nullopt;  // where no record can be kept there is none
  }
  struct stat info {};
  if (lstat(place.path.c_str(), &info) != 0 && errno == ENOENT) return std::nullopt;
  const std::string path = withOnlyOursAbove(place.path);
  requirePrivate(path);
  return path;
}

}  // namespace holdfast
