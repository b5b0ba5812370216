#include "linux/recovery/tree-cgroup.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <string_view>

#include "core/os-error.h"

namespace holdfast {

namespace {

bool isNamedFor(const CgroupClaim& claim) {
  const std::string name = "/holdfast-" + claim.treeId;
  const std::string& path = claim.path;
  return path.size() > name.size() &&
         path.compare(path.size() - name.size(), name.size(), name) == 0;
}

// Where the directory really is: neither `..` nor a symbolic link has led there.
bool isAt(const std::string& path, int directory) {
  char target[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(directory);
  const ssize_t length = readlink(link.c_str(), target, sizeof target);
  return length > 0 && std::string_view(target, static_cast<std::size_t>(length)) == path;
}

bool isCgroupOf(unsigned uid, int directory) {
  struct statfs system {};
  struct stat info {};
  return fstatfs(directory, &system) == 0 && system.f_type == CGROUP2_SUPER_MAGIC &&
         fstat(directory, &info) == 0 && info.st_uid == uid;
}

}  // namespace

std::optional<Cgroup> adoptCgroup(const CgroupClaim& claim) {
  if (!isNamedFor(claim)) return std::nullopt;
  try {
    Cgroup cgroup = Cgroup::adopt(claim.path);
    const int directory = cgroup.directory();
    if (isCgroupOf(claim.uid, directory) && isAt(claim.path, directory)) return cgroup;
  } catch (const OsError&) {
    return std::nullopt;  // removed already: nobody is inside
  }
  return std::nullopt;
}

}  // namespace holdfast
