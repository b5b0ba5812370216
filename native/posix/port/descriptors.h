// What is open in this process, as a whole: closed but for what is named, and no more of it than
// another process has.
#pragma once

#include <set>

namespace holdfast {

// Closes every descriptor but the standard ones and `kept`, which become close-on-exec.
void closeAllBut(const std::set<int>& kept);

// Closes whatever would pass to another program: everything above 2 that is not close-on-exec.
void closeInherited();

// As many as a process with the same hard limit allows itself: Node raises the soft one of its own
// (src/node.cc, PlatformInit). Where that cannot be seen, nothing changes.
void limitDescriptorsLike(int pid);

}  // namespace holdfast
