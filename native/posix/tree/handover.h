// A prepared tree on its way into the guard's program: the process that prepared it becomes the
// guard by execve(2), which keeps its children, its subreaper attribute and the descriptors named
// here.
#pragma once

#include <array>
#include <string>

#include "posix/tree/launch-tree.h"

namespace holdfast {

// In which it reaches the program: nobody but the user can read it there (proc(5)).
inline constexpr char kHandoverVariable[] = "HOLDFAST_HANDOVER";

struct Handover {
  Terms terms;
  Identity owner;
  bool ownerIsSpawner = true;
  Mechanism mechanism = Mechanism::subreaper;
  int link = -1;        // descriptors; -1: none
  int pidfd = -1;       // of the owner
  int record = -1;      // open and locked
  int initSocket = -1;  // of a namespace
  std::string recordPath;
  std::string cgroup;  // path
  int cgroupDirectory = -1;
  int children = -1;  // the kernel's list of them

  // Those that have to stay open across exec.
  std::array<int, 6> descriptors() const {
    return {link, pidfd, record, cgroupDirectory, initSocket, children};
  }
};

// Takes the tree apart. What is not handed over closes.
Handover takeApart(OwnerLink link, PreparedTree tree);
// That this process has started the child, and that the cgroup is the tree's own: whoever runs
// this program by hand may have made anything up. Throws std::invalid_argument.
void requireHandedOver(const Handover& handover, int child);
// And puts it together again, in the same process. `child` is the pid of the process that was
// started, the root or the init of its namespace; 0: none was.
LaunchedTree putTogether(const Handover& handover, int child);

std::string encode(const Handover& handover);
// Throws std::invalid_argument.
Handover decodeHandover(std::string_view text);

// Owned again, and no other program's any more.
UniqueFd ownAgain(int fd);

}  // namespace holdfast
