// One look at every process, for all who want to know about it: the process table is read once, and
// of each process the environment at most once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "linux/kernel/numbers.h"
#include "linux/kernel/proc.h"

namespace holdfast {

// Processes that are older than a tree, and so none of its members. Whoever gets the pid of one
// later is told from it by the inode of /proc/<pid> (docs/gotchas.md#the-inode-of-a-process);
// nothing but that is asked of them again.
class Elders {
 public:
  // Older than this, in clock ticks after boot.
  explicit Elders(std::uint64_t than) : than_(than) {}

  bool contain(const NumberedEntry& entry) const;
  bool take(const NumberedEntry& entry, const ProcessStat& process);

 private:
  std::uint64_t than_;
  std::unordered_map<int, std::uint64_t> inodes_;  // by pid
};

struct Place {
  std::string pidNamespace;
  std::string cgroups;
};

class Census {
 public:
  // Of every process.
  Census();
  // Of all but these, as far as there is time.
  explicit Census(Elders& elders, std::int64_t until = INT64_MAX);

  // The look proves nothing: it did not show this process itself, because no descriptor was left or
  // /proc is not that of our PID namespace.
  bool blind() const { return blind_; }
  // The time was over before every process was read.
  bool cutShort() const { return cutShort_; }
  // Throws OsError when it is blind.
  void requireSight() const;
  // In the order of their pids.
  const std::vector<ProcessStat>& all() const { return all_; }
  const ProcessStat* find(int pid) const;
  // Nothing when the pid belongs to another process by now.
  std::vector<const ProcessStat*> childrenOf(const ProcessStat& parent);

  // Its HOLDFAST_TREE; empty when it has none or does not show it.
  std::string_view markOf(const ProcessStat& process) { return shownBy(process).mark; }
  // Whether a service manager has started it, and nobody who inherited its environment
  // (systemd.exec(5), SYSTEMD_EXEC_PID).
  bool isMainOfService(const ProcessStat& process) { return shownBy(process).isMainOfService; }
  // Where it stands; empty parts: it is gone or does not show them.
  Place placeOf(const ProcessStat& process);
  // Whether one was about to become another program, or its thread to exit, and could not show its
  // environment, not the whole of it, or where it stands: nothing can be said of it yet.
  bool metChange() const { return metChange_; }

 private:
  struct Shown {
    std::string mark;
    bool isMainOfService = false;
  };

  explicit Census(Elders&& nobody) : Census(nobody) {}
  void lookAtAllBut(Elders& elders, std::int64_t until);
  const Shown& shownBy(const ProcessStat& process);

  std::vector<ProcessStat> all_;
  std::vector<std::optional<Shown>> shown_;  // by their environments, in the same order
  std::unordered_map<int, std::vector<const ProcessStat*>> children_;  // by the parent's pid
  bool metChange_ = false;
  bool blind_ = false;
  bool cutShort_ = false;
};

// The effective one, also of a process that is not dumpable: that changes the owner of what is in
// /proc/<pid>, and not of the directory (fs/proc/base.c, task_dump_owner). Nothing when it is gone.
std::optional<unsigned> uidOf(int pid);

// As /proc/<pid>/cgroup has them; empty when it is gone or does not show them.
std::string cgroupsOf(const ProcessStat& process);

}  // namespace holdfast
