#include "posix/port/launch-in-place.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <set>
#include <utility>

#include "core/os-error.h"
#include "linux/in-place/launch-plan.h"
#include "linux/in-place/launch-wait.h"
#include "linux/in-place/orphan-alarm.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/proc.h"
#include "linux/kernel/raw.h"
#include "posix/all-signals-blocked.h"
#include "posix/tree/choose-containment.h"
#include "posix/port/prctl.h"
#include "posix/standard-descriptors.h"

namespace holdfast {

namespace {

SharingRoot rootOf(Plan& plan, int cgroup, int said) {
  return {*plan.exec, cgroup, plan.rootStack, plan.rootSharing, plan.root, said};
}

// False: the namespace cannot be planned.
bool planInit(Plan& plan, PreparedTree& tree) {
  if (tree.containment->mechanism() != Mechanism::pidNamespace) return true;
  try {
    plan.init.emplace(plan.program, plan.home, rootOf(plan, -1, plan.naming->inside.get()),
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
        prepareTree({link, plan.kept, plan.state, plan.passed, true}, plan.launch, *plan.exec);
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

// The owner may be beside us again: only the kernel is used. Returns when that refuses.
void becomeGuard(Plan& plan) {
  const Digits child(plan.child());
  char name[] = "holdfast-guard";
  char mode[] = "resume";
  char* const argv[] = {name, mode, child.text(), nullptr};
  char* const home = plan.state.empty() ? nullptr : plan.home.data();
  char* const envp[] = {plan.variable.data(), home, nullptr};
  for (int fd : plan.handover.descriptors()) rawKeepOpen(fd);
  rawExecute(plan.program.c_str(), argv, envp);
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
void startRoot(Plan& plan, OrphanAlarm& alarm) {
  alarm.callOff();  // a guard that has members does not end before them
  const int error = plan.init ? startInit(*plan.init)
                              : startSharingRoot(rootOf(plan, plan.handover.cgroupDirectory, -1));
  if (plan.rootRuns()) {
    becomeGuard(plan);
    rawExit(1);  // a guard that failed: its tree is recovered
  }
  alarm.set(plan.deadlineMs);
  if (plan.child() > 0) (void)waitpid(plan.child(), nullptr, 0);
  // A namespace that is not to be had says why when it is made by a fork.
  plan.forkNeeded = plan.root == 0 && (plan.init || refusesClone3(error));
  abandon(plan, plan.root > 0 ? plan.exec->failure() : ExecFailure{"clone", error});
}

void liveAsChild(void* shared) {
  Plan& plan = *static_cast<Plan*>(shared);
  takeOverSignals();
  OrphanAlarm alarm;
  alarm.set(plan.deadlineMs);
  try {
    if (prepare(plan)) startRoot(plan, alarm);
  } catch (...) {
    plan.facts.clear();  // out of memory: no answer is the answer
  }
  plan.rootSharing.end();
  rawExit(0);
}

// Another user must not share the owner's memory, not for a moment: the kernel would take away
// the owner's dumpable attribute (PR_SET_DUMPABLE(2const)).
bool changesCredentials(const Launch& launch) { return launch.uid || launch.gid; }

Answer answerOf(const Plan& plan) {
  Answer answer;
  for (std::string_view line : splitLines(plan.facts)) answer.facts.emplace_back(line);
  return answer;
}

// The root is the guard's child, or its init's, and not waited for, unless that is dead already.
void addRoot(const Plan& plan, int guard, Answer& answer) {
  const int maker = plan.init ? plan.init->pid : guard;
  const int root =
      plan.init ? receiveMessage(plan.naming->outside.get(), MSG_DONTWAIT).sender : plan.root;
  answer.rootHandle = openPidfd(root);
  const auto stat = readStat(root);
  const bool lost = stat ? stat->ppid != maker : plan.init.has_value();
  if (lost) answer.rootHandle.reset();
  const Identity identity = stat && !lost ? stat->identity() : Identity{root, 0};
  answer.facts.push_back("started " + describe(identity));
}

// What it has told is whole once it has started somebody.
LaunchedInPlace giveUp(const LaunchWait& wait, std::unique_ptr<Plan> plan, int guard) {
  wait.giveUp();
  LaunchedInPlace late{guard, plan->child() > 0 ? answerOf(*plan) : Answer{}, true};
  keepUntilOver(std::move(plan));
  return late;
}

}  // namespace

std::optional<LaunchedInPlace> launchInPlace(const GuardStart& start, int guardEnd) {
  auto plan = std::make_unique<Plan>(start, guardEnd);
  if (changesCredentials(plan->launch)) return std::nullopt;
  if (access(plan->program.c_str(), X_OK) != 0) throw OsError::last("access", plan->program);

  const AllSignalsBlocked blocked;
  OrphanAlarm::serve();
  const int guard = startSharing({plan->guardStack, plan->guardSharing, liveAsChild, plan.get()});
  if (guard == 0) return std::nullopt;
  const LaunchWait wait(*plan, guard, start.deadlineMs);
  if (!wait.forRoot()) return giveUp(wait, std::move(plan), guard);
  if (plan->rootRuns()) {
    LaunchedInPlace launched{guard, answerOf(*plan), false};
    addRoot(*plan, guard, launched.answer);
    plan->naming.reset();
    keepUntilOver(std::move(plan));
    return launched;
  }
  if (!wait.forEnd()) return giveUp(wait, std::move(plan), guard);
  if (plan->forkNeeded) return std::nullopt;
  if (plan->facts.empty()) throw OsError("wait for the guard", ECONNRESET);
  return LaunchedInPlace{0, answerOf(*plan), false};
}

}  // namespace holdfast
