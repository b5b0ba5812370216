// One cgroup v2 directory as an owned thing: made below the owner's own cgroup, killed as a
// whole, removed with everything a member may have made inside.
#pragma once

#include <string>
#include <vector>

#include "posix/unique-fd.h"

namespace holdfast {

class Cgroup {
 public:
  // This process's own, as a path. Throws OsError where no cgroup2 is mounted.
  static std::string ownDirectory();
  // Makes `holdfast-<treeId>` below this process's own cgroup. Throws OsError that names the
  // step: no cgroup2 mount, not delegated, mkdir refused.
  static Cgroup createBelowOwn(const std::string& treeId);
  // The limit of this process's own cgroup that a program would not find in one below it, where a
  // runtime looks for it: `memory.max`, say; empty: there is none.
  static std::string limitThatWouldHide();
  // Takes over one that a dead guard left behind. Throws OsError.
  static Cgroup adopt(const std::string& path);

  // One whose directory is open already.
  Cgroup(std::string path, UniqueFd directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}

  UniqueFd releaseDirectory() { return std::move(directory_); }
  const std::string& path() const { return path_; }
  int directory() const { return directory_.get(); }

  // Opens what tells of it and what kills it for as long as this object lives. What of it members
  // have put into cgroups below is told as a whole, and killed, but not listed.
  void keepOpen();

  // In a child that was not born inside: moves the caller. Async-signal-safe. 0 or an errno.
  int join() const;
  // SIGKILL to all by the kernel (cgroup.kill, Linux 5.14). False when there is no such file.
  bool kill() const;
  // SIGKILL to each process inside. The pids of those it could be sent to.
  std::vector<int> killOneByOne() const;
  // Every process inside, also in sub-cgroups, but for those that our PID namespace does not show.
  std::vector<int> processes() const;
  // Also when that cannot be read.
  bool populated() const;
  // Nobody is inside. Where that cannot be read the cgroup is removed, which the kernel does for
  // none that is populated (rmdir(2), EBUSY), and for which nothing has to be opened.
  bool vacated() const;
  // Removes the directory and those below it. Throws nothing: what is populated stays.
  void remove();

 private:
  Cgroup(std::string path, UniqueFd directory, UniqueFd procs)
      : path_(std::move(path)), directory_(std::move(directory)), procs_(std::move(procs)) {}

  std::string contentOf(const UniqueFd& kept, const char* name) const;

  struct Kept {
    UniqueFd kill;
    UniqueFd events;
    UniqueFd procs;  // for reading
  };

  std::string path_;
  UniqueFd directory_;
  Kept kept_;
  UniqueFd procs_;  // cgroup.procs, open for writing before the fork
};

}  // namespace holdfast
