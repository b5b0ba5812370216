// A guard that is forked from the process that owns its tree, instead of started as a program.
#pragma once

#include "core/launch.h"
#include "posix/tree/exec-root.h"
#include "posix/unique-fd.h"

namespace holdfast {

// In the child: from here on this process is the guard of the launch. `socket` is its end to the
// owner, `kept` the state of signals that the root gets.
[[noreturn]] void becomeForkedGuard(UniqueFd socket, const Launch& launch, const SignalState& kept);

}  // namespace holdfast
