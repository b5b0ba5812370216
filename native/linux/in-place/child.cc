#include "linux/in-place/child.h"

#include <sys/wait.h>

#include <set>
#include <utility>

#include "core/os-error.h"
#include "linux/in-place/kernel-only.h"
#include "linux/in-place/launch-plan.h"
#include "linux/in-place/orphan-alarm.h"
#include "linux/kernel/raw.h"
#include "posix/port/descriptors.h"
#include "posix/port/prctl.h"
#include "posix/standard-descriptors.h"

namespace holdfast {

namespace {

SharingRoot rootStartOf(Plan& plan, int cgroup, int said) {
  return {*plan.exec, cgroup, plan.rootStack, plan.rootSharing, plan.root, said};
}

// False: the namespace cannot be planned.
bool planInit(Plan& plan, PreparedTree& tree) {
  if (tree.containment->mechanism() != Mechanism::pidNamespace) return true;
  try {
    plan.init.emplace(plan.program, plan.homeVariable,
                      rootStartOf(plan, -1, plan.naming->inside.get()),
                      ownerToDieWith(tree.terms, tree.owner));
    return true;
  } catch (const OsError&) {
    plan.forkNeeded = true;  // which finds out and says why
    tree.abandon();
    return false;
  }
}

// The owner stands still, and what it uses of the C library is free. False: the plan says why.
bool prepare(Plan& plan) {
  std::set<int> needed(plan.passed.begin(), plan.passed.end());
  needed.insert(plan.guardEnd);
  if (plan.naming) needed.insert(plan.naming->inside.get());
  setThreadName("holdfast-guard");
  closeAllBut(needed);
  occupyStandardDescriptors();
  OwnerLink link{UniqueFd(plan.guardEnd)};
  try {
    plan.exec.emplace(plan.launch, plan.passed, plan.kept);
    PreparedTree tree =
        prepareTree({link, plan.kept, plan.home, plan.passed, true}, plan.launch, *plan.exec);
    if (!planInit(plan, tree)) return false;
    plan.facts = link.takeUnsent();
    plan.handover = takeApart(std::move(link), std::move(tree));
    if (plan.init) plan.handover.initSocket = plan.init->guardEnd;
    plan.variable = std::string(kHandoverVariable) + '=' + encode(plan.handover);
    return true;
  } catch (...) {
    link.queue(factOfFailure());
    plan.facts = link.takeUnsent();
  }
  return false;
}

// The owner has seen that there is no root and waits for our end.
void abandon(Plan& plan, const ExecFailure& failure) {
  putTogether(plan.handover, 0).abandon();
  try {
    throw OsError(failure.step, failure.number);
  } catch (...) {
    plan.facts += factOfFailure() + '\n';
  }
}

// Returns when there is no root.
void startRootOf(Plan& plan, OrphanAlarm& alarm) {
  alarm.callOff();  // a guard that has members does not end before them
  const int error = plan.init
                        ? startInit(*plan.init)
                        : startSharingRoot(rootStartOf(plan, plan.handover.cgroupDirectory, -1));
  if (plan.rootRuns()) {
    becomeGuard(plan);
    rawExit(1);  // a guard that failed: its tree is recovered
  }
  alarm.set(plan.deadlineMs);
  if (plan.child() > 0) (void)waitpid(plan.child(), nullptr, 0);
  // The slower way, by a fork, then says why there can be no namespace.
  plan.forkNeeded = plan.root == 0 && (plan.init || refusesClone3(error));
  abandon(plan, plan.root > 0 ? plan.exec->failure() : ExecFailure{"clone", error});
}

}  // namespace

void liveAsChild(void* shared) {
  Plan& plan = *static_cast<Plan*>(shared);
  takeOverSignals();
  OrphanAlarm alarm;
  alarm.set(plan.deadlineMs);
  try {
    if (prepare(plan)) startRootOf(plan, alarm);
  } catch (...) {
    plan.facts.clear();  // out of memory: no answer is the answer
  }
  plan.rootSharing.end();
  rawExit(0);
}

}  // namespace holdfast
