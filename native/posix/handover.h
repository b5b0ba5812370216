// A launched tree on its way into the guard's program: the process that launched it becomes the
// guard by execve(2), which keeps its children, its subreaper attribute and the descriptors named
// here.
#pragma once

#include <string>

#include "posix/launch-tree.h"

namespace holdfast {

struct Handover {
  Launch terms;
  Identity owner;
  bool ownerIsSpawner = true;
  Identity root;
  Mechanism mechanism = Mechanism::subreaper;
  int link = -1;    // descriptors; -1: none
  int pidfd = -1;   // of the owner
  int record = -1;  // open and locked
  std::string recordPath;
  std::string cgroup;  // path
  int holder = -1;     // what holds the tree: the cgroup's directory, the socket of a namespace's init
  int init = 0;        // pid of a namespace's init
};

// Takes the tree apart; every descriptor that is named stays open across exec.
Handover takeApart(OwnerLink link, LaunchedTree tree);
// And puts it together again, in the same process.
LaunchedTree putTogether(const Handover& handover);

std::string encode(const Handover& handover);
// Throws std::invalid_argument.
Handover decodeHandover(std::string_view text);

// For Containment::handOver(): stays open across exec. The descriptor's number.
int keepOpen(UniqueFd fd);
// Its counterpart: owned again, and no program's any more.
UniqueFd ownAgain(int fd);

// The mechanism of a tree that was handed over. Each system folder defines it.
std::unique_ptr<Containment> resumeContainment(const Handover& handover);

}  // namespace holdfast
