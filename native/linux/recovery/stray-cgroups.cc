#include "posix/port/stray-cgroups.h"

#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <optional>

#include "core/os-error.h"
#include "core/tree-names.h"
#include "linux/recovery/tree-cgroup.h"
#include "posix/unique-directory.h"

namespace holdfast {

namespace {

// The file system keeps no times: it shows when it learned of the directory, never earlier than
// that was made (fs/kernfs/inode.c, set_default_inode_attr).
bool isOlder(const std::string& path, std::uint64_t ageMs) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return false;
  return static_cast<std::uint64_t>(info.st_mtime) + ageMs / 1000 <=
         static_cast<std::uint64_t>(std::time(nullptr));
}

std::optional<Cgroup> adopt(const StrayCgroup& cgroup) {
  return adoptCgroup({cgroup.path, cgroup.treeId, geteuid()});
}

std::string ownOrNone() {
  try {
    return Cgroup::ownDirectory();
  } catch (const OsError&) {
    return {};  // no cgroup2, so no cgroup of a guard
  }
}

}  // namespace

std::vector<StrayCgroup> emptyCgroups(std::uint64_t minAgeMs) {
  std::vector<StrayCgroup> empty;
  const std::string own = ownOrNone();
  const UniqueDirectory directory(own.empty() ? nullptr : opendir(own.c_str()));
  if (!directory) return empty;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view tree = treeOfCgroup(entry->d_name);
    if (tree.empty()) continue;
    const StrayCgroup cgroup{own + '/' + entry->d_name, std::string(tree)};
    const auto adopted = adopt(cgroup);
    if (adopted && !adopted->populated() && isOlder(cgroup.path, minAgeMs)) empty.push_back(cgroup);
  }
  return empty;
}

bool removeCgroup(const StrayCgroup& cgroup) {
  if (auto adopted = adopt(cgroup)) adopted->remove();
  return !adopt(cgroup);
}

}  // namespace holdfast
