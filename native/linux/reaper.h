// Waits for children, all but the root: the dead root is kept until its owner has seen the end,
// so that its pid cannot pass to a stranger in between.
#pragma once

#include <optional>

#include "linux/clone.h"
#include "posix/containment.h"

namespace holdfast {

class Reaper {
 public:
  // The maker's half of a start: waits for exec and remembers whom to wait for.
  StartedRoot adopt(Cloned child, ExecRoot& root);
  void watchRoot(int pid) { root_ = pid; }

  // Takes every dead child but the root.
  void reap();
  // The root's end, once it has come.
  const std::optional<ExitStatus>& rootStatus() const { return status_; }
  // A stop (with its signal) or 0 for a continuation that has not been asked for yet.
  std::optional<int> takeStopChange();
  // From now on the dead root may go.
  void collectRoot();
  // Whether this pid is the root's, dead and not yet collected.
  bool holdsDead(int pid) const { return pid == root_ && holdsDeadRoot(); }
  // Whether this pid is a child's that lives.
  static bool isAlive(int pid);
  // No child is left, dead or alive, but the dead root.
  bool noneLeft();

 private:
  bool holdsDeadRoot() const { return root_ > 0 && status_ && !collected_; }
  void reapAroundRoot();

  int root_ = 0;
  std::optional<ExitStatus> status_;
  bool collected_ = false;
};

}  // namespace holdfast
