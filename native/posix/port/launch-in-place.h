// Launches a tree without waiting for a guard's program to start: a child that shares the owner's
// memory prepares the tree, starts its root and then becomes the guard, while the owner goes on
// as soon as the root runs.
#pragma once

#include <optional>

#include "posix/owner/start-guard.h"

namespace holdfast {

struct LaunchedInPlace {
  int guard = 0;  // pid; 0: there is none, the answer says why
  Answer answer;
  bool late = false;  // the deadline has passed, and the guard is being killed
};

// Nothing, and nothing has happened: here and for this launch the guard has to be a program from
// the start. `guardEnd` is the guard's end of the socket. Throws OsError.
std::optional<LaunchedInPlace> launchInPlace(const GuardStart& start, int guardEnd);

}  // namespace holdfast
