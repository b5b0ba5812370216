// From a launch request to a running root: chooses what holds the tree, records it, starts the
// root and tells the owner each step. Whoever launches a tree has to see to its end.
#pragma once

#include <signal.h>

#include <memory>
#include <optional>

#include "posix/records/record.h"
#include "posix/tree/containment.h"
#include "posix/tree/owner-link.h"
#include "posix/tree/owner-watch.h"

namespace holdfast {

// Everything but the root.
struct PreparedTree {
  Terms terms;
  OwnerWatch owner;
  std::unique_ptr<Containment> containment;
  std::optional<Record> record;

  // There will be no tree: nothing is left of it.
  void abandon();
};

struct LaunchedTree : PreparedTree {
  Identity root;
  sigset_t early{};  // what this process had been sent before there was a root

  // Into the record, where there is one: without it, marks alone lead to the members.
  void recordRoot();
};

struct LaunchSetting {
  OwnerLink& link;
  SignalState kept;         // as the root's starter had it
  std::string home;         // HOLDFAST_HOME, or empty
  std::vector<int> passed;  // the owner's descriptors for the root
  bool inPlace = false;     // in a process that shares its owner's memory
};

// Nothing, and the owner knows why, when the root does not run. Signals have to be taken over.
std::optional<LaunchedTree> launchTree(const LaunchSetting& setting, const Launch& launch);

// Its first half, which puts the facts into the link's queue. Throws what
// factOfFailure() understands; nothing is left then.
PreparedTree prepareTree(const LaunchSetting& setting, const Launch& launch, ExecRoot& exec);

// The owner whose death ends a tree at once, readable then; -1: a polite end is the guard's to
// give.
int ownerToDieWith(const Terms& terms, const OwnerWatch& owner);

// While an exception of a launch is handled: the fact that tells the owner why there is no tree.
// Rethrows what is no reason.
std::string factOfFailure();

// A guard blocks every signal: its owner decides, not a service manager's signal. SIGCHLD must not
// be ignored, or the end statuses of children would be lost (sigaction(2)). A guard that a member
// has stopped is continued when its maker dies, which is the owner most often; so this comes before
// the root (docs/gotchas.md#a-stopped-guard).
void takeOverSignals();

}  // namespace holdfast
