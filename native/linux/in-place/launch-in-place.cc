#include "posix/port/launch-in-place.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/os-error.h"
#include "core/text/lines.h"
#include "linux/in-place/child.h"
#include "linux/in-place/launch-plan.h"
#include "linux/in-place/launch-wait.h"
#include "linux/in-place/orphan-alarm.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/proc.h"
#include "posix/owner/all-signals-blocked.h"

namespace holdfast {

namespace {

// Another user must not share the owner's memory, not for a moment: the kernel would take away
// the owner's dumpable attribute (PR_SET_DUMPABLE(2const)).
bool changesCredentials(const Launch& launch) { return launch.uid || launch.gid; }

Answer answerOf(const Plan& plan) {
  Answer answer;
  for (std::string_view line : splitLines(plan.facts)) answer.facts.emplace_back(line);
  return answer;
}

// The root's parent, the guard or its init, has not waited for it. So the pid is the root's, unless
// that parent has died.
void addRoot(const Plan& plan, int guard, Answer& answer) {
  const int maker = plan.init ? plan.init->pid : guard;
  const int root =
      plan.init ? receiveMessage(plan.naming->outside.get(), MSG_DONTWAIT).sender : plan.root;
  answer.rootHandle = openPidfd(root);
  const auto stat = readStat(root);
  const bool lost = stat ? stat->ppid != maker : plan.init.has_value();
  if (lost) answer.rootHandle.reset();
  const Identity identity = stat && !lost ? stat->identity() : Identity{root, 0};
  answer.facts.push_back(lineOf(fact::Started{identity}));
}

// The facts are complete once the guard has started a process.
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
  const int guard = startSharing(
      {plan->guardStack, plan->guardSharing.address(), 0, SIGCHLD, liveAsChild, plan.get()});
  if (guard < 0 && refusesClone3(-guard)) return std::nullopt;
  if (guard < 0) throw OsError("clone", -guard);
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
