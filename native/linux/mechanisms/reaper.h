// Waits for children, all but the root: the dead root is kept until its owner has seen the end,
// so that its pid cannot pass to a stranger in between.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "linux/kernel/clone.h"
#include "linux/processes/own-children.h"
#include "posix/tree/containment.h"

namespace holdfast {

class Reaper {
 public:
  Reaper() = default;
  // Of a root that this process has started before it became another program.
  Reaper(int root, OwnChildren children) : children_(std::move(children)), root_(root) {}
  // The maker's half of a start: waits for exec and remembers whom to wait for.
  StartedRoot adopt(Cloned child, ExecRoot& exec);
  void watchRoot(int pid) { root_ = pid; }

  // Takes every dead child but the root.
  void reap();
  // The root's end, once it has come.
  const std::optional<ExitStatus>& rootStatus() const { return status_; }
  // A stop (with its signal) or 0 for a continuation that has not been asked for yet.
  std::optional<int> takeStopChange();
  // From now on the dead root may go.
  void collectRoot();
  // SIGKILL to every child; the pids of those it could be sent to. A child that has not been
  // waited for keeps its pid: no other identity is needed.
  std::vector<int> killAll();
  OwnChildren& children() { return children_; }
  // No child is left, dead or alive, but the dead root.
  bool noneLeft();

 private:
  bool holdsDead(int pid) const { return pid == root_ && holdsDeadRoot(); }
  bool holdsDeadRoot() const { return root_ > 0 && status_ && !collected_; }
  void reapAroundRoot();

  OwnChildren children_;
  int root_ = 0;
  std::optional<ExitStatus> status_;
  bool collected_ = false;
};

}  // namespace holdfast
