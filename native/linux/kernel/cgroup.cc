#include "linux/kernel/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <map>

#include "core/os-error.h"
#include "core/text/lines.h"
#include "linux/kernel/numbers.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/proc.h"
#include "posix/files.h"
#include "posix/port/process.h"
#include "posix/unique-directory.h"

namespace holdfast {

namespace {

constexpr std::size_t kMostHandles = 256;  // the others are for the next time

struct Mount {
  std::string root;  // which part of the hierarchy is mounted
  std::string point;
};

// cgroup2 may be mounted anywhere, in the hybrid layout at /sys/fs/cgroup/unified (cgroups(7)).
Mount findCgroup2() {
  const std::string mounts = readWholeFile("/proc/self/mountinfo");
  for (std::string_view line : splitLines(mounts)) {
    if (line.find(" - cgroup2 ") == std::string_view::npos) continue;
    const std::vector<std::string_view> fields = splitFields(line);
    if (fields.size() > 4) return {std::string(fields[3]), std::string(fields[4])};
  }
  throw OsError("find a cgroup2 mount", ENOENT, "/proc/self/mountinfo");
}

// The path of `0::` in /proc/self/cgroup, relative to the hierarchy's root.
std::string ownPath() {
  const std::string cgroups = readWholeFile("/proc/self/cgroup");
  for (std::string_view line : splitLines(cgroups))
    if (line.compare(0, 3, "0::") == 0) return std::string(line.substr(3));
  throw OsError("find own cgroup", ENOENT, "/proc/self/cgroup");
}

// systemd marks what it has handed over with an extended attribute and otherwise expects to be
// the only one who makes cgroups (systemd CGROUP_DELEGATION.md).
bool isDelegated(const std::string& path) {
  char value[8];
  return getxattr(path.c_str(), "user.delegate", value, sizeof value) > 0 ||
         getxattr(path.c_str(), "trusted.delegate", value, sizeof value) > 0;
}

bool isOwnedByOrdinaryUser(const std::string& path) {
  struct stat info {};
  return geteuid() != 0 && stat(path.c_str(), &info) == 0 && info.st_uid == geteuid();
}

void requireUnmanaged(const std::string& path) {
  if (access("/run/systemd/system", F_OK) != 0) return;
  if (isDelegated(path) || isOwnedByOrdinaryUser(path)) return;
  throw OsError("use a cgroup that systemd manages and has not delegated", EPERM, path);
}

template <typename Visit>
void eachSubdirectory(const std::string& path, Visit visit) {
  const UniqueDirectory directory(opendir(path.c_str()));
  if (!directory) return;
  while (const dirent* entry = readdir(directory.get()))
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') visit(path + '/' + entry->d_name);
}

// A process that our PID namespace does not show is listed as 0 (kernel/cgroup/cgroup.c,
// cgroup_procs_show), which to kill(2) is our own group.
void addProcesses(std::string_view list, std::vector<int>& pids) {
  for (int pid : numbersIn(list))
    if (pid > 0) pids.push_back(pid);
}

void collectProcesses(const std::string& path, std::vector<int>& pids) {
  // cgroup.procs of a threaded cgroup cannot be read (EOPNOTSUPP); its domain ancestor lists all.
  addProcesses(readWholeFile(path + "/cgroup.procs"), pids);
  eachSubdirectory(path, [&](const std::string& below) { collectProcesses(below, pids); });
}

void removeAll(const std::string& path) {
  eachSubdirectory(path, removeAll);
  (void)rmdir(path.c_str());  // a populated one stays: the caller has looked, or looks again
}

UniqueFd openAt(int directory, const char* name, int flags) {
  return UniqueFd(openat(directory, name, flags | O_CLOEXEC));
}

UniqueFd openDirectory(const std::string& path) {
  UniqueFd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) throw OsError::last("open", path);
  return directory;
}

}  // namespace

std::string Cgroup::ownDirectory() {
  const Mount mount = findCgroup2();
  std::string path = ownPath();
  if (mount.root != "/") {
    if (path.compare(0, mount.root.size(), mount.root) != 0)
      throw OsError("find own cgroup", EXDEV, mount.point);
    path.erase(0, mount.root.size());
  }
  return path == "/" || path.empty() ? mount.point : mount.point + path;
}

Cgroup Cgroup::createBelowOwn(const std::string& treeId) {
  const std::string parent = ownDirectory();
  requireUnmanaged(parent);
  const std::string path = parent + "/holdfast-" + treeId;
  if (mkdir(path.c_str(), 0755) != 0) throw OsError::last("mkdir", path);
  try {
    UniqueFd directory = openDirectory(path);
    UniqueFd procs = openAt(directory.get(), "cgroup.procs", O_WRONLY);
    if (!procs) throw OsError::last("open", path + "/cgroup.procs");
    return Cgroup(path, std::move(directory), std::move(procs));
  } catch (...) {
    removeAll(path);
    throw;
  }
}

// What Node, Java and Go size themselves by. They look in their own cgroup only: libuv does
// (src/unix/linux.c, uv__get_cgroup2_memory_limits), and there is no such file, or one that says
// `max`, in a cgroup that we make (cgroups(7), "no internal processes").
std::string Cgroup::limitThatWouldHide() {
  const std::string own = ownDirectory();
  for (const char* name : {"memory.max", "memory.high", "cpu.max"}) {
    const std::string limit = readWholeFile(own + '/' + name);
    if (!limit.empty() && limit.compare(0, 3, "max") != 0) return name;
  }
  return {};
}

Cgroup Cgroup::adopt(const std::string& path) { return Cgroup(path, openDirectory(path)); }

int Cgroup::join() const { return write(procs_.get(), "0", 1) == 1 ? 0 : errno; }

void Cgroup::keepOpen() {
  kept_.kill = openAt(directory_.get(), "cgroup.kill", O_WRONLY);
  kept_.events = openAt(directory_.get(), "cgroup.events", O_RDONLY);
  kept_.procs = openAt(directory_.get(), "cgroup.procs", O_RDONLY);
}

bool Cgroup::kill() const {
  if (kept_.kill) return write(kept_.kill.get(), "1", 1) == 1;
  const UniqueFd file = openAt(directory_.get(), "cgroup.kill", O_WRONLY);
  return file && write(file.get(), "1", 1) == 1;
}

// First the handles, then the look: if it finds a process inside, the handle is its.
std::vector<int> Cgroup::killOneByOne() const {
  std::map<int, UniqueFd> handles;
  for (int pid : processes())
    if (handles.size() < kMostHandles) handles[pid] = openPidfd(pid);
  std::vector<int> hit;
  for (int pid : processes()) {
    const auto handle = handles.find(pid);
    if (handle != handles.end() && signalChild(handle->second, pid, SIGKILL) == 0)
      hit.push_back(pid);
  }
  return hit;
}

std::vector<int> Cgroup::processes() const {
  std::vector<int> pids;
  addProcesses(contentOf(kept_.procs, "cgroup.procs"), pids);
  eachSubdirectory(path_, [&](const std::string& below) { collectProcesses(below, pids); });
  return pids;
}

bool Cgroup::populated() const {
  const std::string events = contentOf(kept_.events, "cgroup.events");
  return events.find("populated 0") == std::string::npos;
}

bool Cgroup::vacated() const {
  return !populated() || rmdir(path_.c_str()) == 0 || errno == ENOENT;
}

std::string Cgroup::contentOf(const UniqueFd& kept, const char* name) const {
  return kept ? readAgain(kept).value_or(std::string()) : readWholeFile(path_ + '/' + name);
}

void Cgroup::remove() { removeAll(path_); }

}  // namespace holdfast
