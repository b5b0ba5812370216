// What an owner and the child that becomes its guard have in common while they share their memory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "linux/in-place/namespace-in-place.h"
#include "posix/owner/start-guard.h"
#include "posix/tree/handover.h"

namespace holdfast {

// A child that becomes another program runs no destructor. So everything that it leaves in the
// owner's memory is in here.
struct Plan {
  Plan(const GuardStart& start, int end);

  // The owner's part.
  std::string program;
  std::string home;          // HOLDFAST_HOME, or empty
  std::string homeVariable;  // the same as NAME=value
  std::vector<int> passed;
  int guardEnd;
  int deadlineMs;
  Launch launch;
  SignalState kept = SignalState::current();
  std::optional<InitSocket> naming;  // on which the root of a namespace says who it is
  ChildStack guardStack;
  ChildStack rootStack;

  // The child's part.
  std::optional<ExecRoot> exec;
  Handover handover;
  std::string variable;  // NAME=value
  std::string facts;
  std::optional<InitPlan> init;  // of a namespace
  bool forkNeeded = false;

  // The kernel's part.
  int root = 0;  // pid, inside of its namespace
  Sharing rootSharing;
  Sharing guardSharing;

  // The process that the guard started itself.
  int child() const { return init ? init->pid : root; }
  bool initShares() const { return init && init->pid > 0 && !init->sharing.over(); }
  bool rootShares() const { return root > 0 && !rootSharing.over(); }
  bool rootRuns() const { return root > 0 && exec->failure().step == nullptr; }
  // Nobody reads it any more.
  bool over() const { return guardSharing.over() && !initShares() && !rootShares(); }
};

// Keeps a plan until nobody reads it: the child has to become the guard's program first.
void keepUntilOver(std::unique_ptr<Plan> plan);

}  // namespace holdfast
