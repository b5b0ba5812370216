// From a launch request to a running root: chooses what holds the tree, records it, starts the
// root and tells the owner each step. Whoever launches a tree has to see to its end.
#pragma once

#include <memory>
#include <optional>

#include "posix/containment.h"
#include "posix/owner-link.h"
#include "posix/owner-watch.h"
#include "posix/record.h"

namespace holdfast {

struct LaunchedTree {
  Launch terms;  // the launch without what only the root needed
  OwnerWatch owner;
  std::unique_ptr<Containment> containment;
  Identity root;
  std::optional<Record> record;
};

struct LaunchSetting {
  OwnerLink& link;
  SignalState kept;   // what the root's starter had blocked
  std::string state;  // HOLDFAST_HOME, or empty
};

// Nothing, and the owner knows why, when the root does not run. Every signal has to be blocked.
std::optional<LaunchedTree> launchTree(const LaunchSetting& setting, ReceivedLaunch request);

// Everything is blocked in a guard: its owner decides, not a service manager's signal.
void blockAllSignals();

}  // namespace holdfast
