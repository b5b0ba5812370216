// Follows a tree that nothing in the kernel holds together: by parentage, by the process groups
// and sessions that members lead, and by the mark in the environment.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "linux/processes/census.h"

namespace holdfast {

// What a marked process has to fulfil before it counts as a member: a mark travels (service
// managers import it, env files copy it), so alone it proves nothing.
struct MarkClaim {
  std::string treeId;
  std::string mark;             // the value of HOLDFAST_TREE of this tree
  std::uint64_t notBefore = 0;  // no member is older, in clock ticks after boot
};

class Lineage {
 public:
  explicit Lineage(MarkClaim claim) : claim_(std::move(claim)), elders_(claim_.notBefore) {}

  // A process that is known to be a member, or was one.
  void add(const Identity& member);

  // Looks at every process once. The members that are alive, found by descent and group alone,
  // or also by their marks, which costs a look at every environment.
  enum class Marks { ignore, read };
  std::vector<ProcessStat> find(Marks marks);

  // Learns of members by descent and group alone, of the oldest first, for hardly longer than this.
  void learn(std::int64_t forMs);

  // The last look could read nothing: that it found no member proves nothing.
  bool blind() const { return blind_; }

  // find(Marks::read), repeated while a process may show its mark later: one that is becoming
  // another program, or whose main thread exits, shows none. So an empty result is final, unless
  // the look was blind.
  std::vector<ProcessStat> findSurely();

  // SIGKILL to every member; how many were hit for the first time. All are stopped before: a
  // process that is forked while its parent is killed could not be found by descent.
  std::size_t kill();
  // 1 when this process is hit for the first time, by kill() or by other means.
  std::size_t countHit(int pid) { return hit_.insert(pid).second ? 1 : 0; }

 private:
  bool isKnown(const ProcessStat& process) const;
  bool isRelated(const ProcessStat& process, const Census& census) const;
  bool leads(int group, const Census& census) const;
  std::vector<ProcessStat> membersOf(const Census& census);
  bool addMarked(Census& census);
  bool carriesMark(const ProcessStat& process, Census& census) const;
  void spread(const Census& census);
  std::vector<ProcessStat> stopAll();

  MarkClaim claim_;
  Elders elders_;
  int self_ = getpid();
  std::map<int, std::uint64_t> known_;  // pid to start time
  std::set<int> groups_;                // ids led by members and not empty at the last look
  std::set<int> hit_;
  bool blind_ = false;
  bool doubtful_ = false;  // the last look met a process that may show a mark later
};

}  // namespace holdfast
