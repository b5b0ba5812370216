// From a launch request to a supervised tree: chooses what holds it, records it, starts its
// root, tells the owner each step, and returns when the tree is gone.
#pragma once

#include "guard/owner-link.h"
#include "posix/exec-root.h"

namespace holdfast {

void launchTree(OwnerLink& link, ReceivedLaunch request, SignalState kept);

// Everything is blocked in a guard: its owner decides, not a service manager's signal.
void blockAllSignals();

}  // namespace holdfast
