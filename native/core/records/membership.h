// What makes a process a member of an abandoned tree: the one place that says whom recovery may
// signal (docs/guarantees.md, "Recovery"). Whoever looks at processes fills in the evidence.
#pragma once

#include <string_view>

namespace holdfast {

// Of one process, with regard to one tree. The record counts only on its own machine, in its own
// boot and PID namespace.
struct Evidence {
  bool isSelf = false;      // this process, or one that it descends from
  bool inLiveTree = false;  // a guard, or a member of a live or released tree that is not around
  bool isGuard = false;     // of this very tree, and it does not answer
  bool inCgroup = false;    // in the tree's own cgroup
  bool isRoot = false;      // has pid and start time of the record's root
  bool descends = false;    // a member is its parent and started no later

  bool isMarked = false;         // carries the tree's mark, or that of a tree inside of it
  bool hasUser = false;          // has the uid of the record
  bool hasPidNamespace = false;  // that of the guard; never, if the tree had one of its own
  bool hasCgroups = false;       // those of the guard; never, if the tree is held by its own
  bool isYounger = false;        // started no earlier than the guard
  bool isOrphan = false;         // above it and its marked parents is whoever adopts orphans
};

// What makes it a member.
enum class Kinship { none, guard, cgroup, root, descendant, mark };

// Why a process is left alone although something speaks for it.
enum class Doubt {
  none,
  self,
  liveTree,
  otherUser,
  otherPidNamespace,
  otherCgroup,
  olderThanGuard,
  notOrphaned,
  unmarkedRoot,
  noRecord,
};

struct Verdict {
  Kinship kinship = Kinship::none;
  Doubt doubt = Doubt::none;

  bool maySignal() const { return kinship != Kinship::none && doubt == Doubt::none; }
};

Verdict judge(const Evidence& evidence);

std::string_view nameOf(Kinship kinship);
std::string_view nameOf(Doubt doubt);
// Why it is left alone.
std::string_view wordsFor(Doubt doubt);

// Whether a mark is that of a tree, or that of a tree inside of it.
bool isWithin(std::string_view mark, std::string_view outer);

// Whether a process has the cgroups of a guard (lines of /proc/<pid>/cgroup), but for the cgroup
// that the tree itself may have.
bool sharesCgroups(std::string_view theirs, std::string_view guards, std::string_view treeId);

}  // namespace holdfast
