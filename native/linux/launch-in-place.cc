#include "posix/launch-in-place.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>

#include "core/os-error.h"
#include "linux/clone.h"
#include "linux/pidfd.h"
#include "linux/proc.h"
#include "posix/all-signals-blocked.h"
#include "posix/choose-containment.h"
#include "posix/handover.h"
#include "posix/prctl.h"
#include "raw-calls.h"

namespace holdfast {

namespace {

constexpr int kLookMs = 50;

// What the owner and the child that becomes the guard have in common. A child that becomes another
// program destroys nothing, so all that it leaves behind in the owner's memory is in here.
struct Plan {
  Plan(const GuardStart& start, int end);

  // The owner's part.
  std::string program;
  std::string state;  // HOLDFAST_HOME, or empty
  std::string home;   // the same as NAME=value
  std::vector<int> passed;
  int guardEnd;
  Launch launch;
  SignalState kept = SignalState::current();
  ChildStack guardStack;
  ChildStack rootStack;

  // The child's part.
  std::optional<ExecRoot> exec;
  Handover handover;
  std::string variable;  // NAME=value
  std::string facts;
  bool forkNeeded = false;

  // The kernel's part.
  int root = 0;  // pid
  Sharing rootSharing;
  Sharing guardSharing;
};

Launch decode(std::string_view request) {
  try {
    return decodeLaunch(request);
  } catch (const std::invalid_argument& problem) {
    throw OsError(problem.what(), EINVAL);
  }
}

Plan::Plan(const GuardStart& start, int end)
    : program(start.guardPath),
      state(start.home),
      home("HOLDFAST_HOME=" + start.home),
      passed(start.descriptors),
      guardEnd(end),
      launch(decode(start.request)) {}

// Plans of which a child may still read: it has to become the guard's program first.
class Unfinished {
 public:
  void add(std::unique_ptr<Plan> plan) {
    const std::lock_guard<std::mutex> lock(mutex_);
    plans_.remove_if([](const auto& earlier) { return earlier->guardSharing.over(); });
    plans_.push_back(std::move(plan));
  }

 private:
  std::mutex mutex_;
  std::list<std::unique_ptr<Plan>> plans_;
};

// Never destroyed: children may read to the end of the process.
Unfinished& unfinished() {
  static Unfinished& plans = *std::make_unique<Unfinished>().release();
  return plans;
}

// The owner stands still, and what it uses of the C library is free. False: the plan says why.
bool prepare(Plan& plan) {
  std::set<int> needed(plan.passed.begin(), plan.passed.end());
  needed.insert(plan.guardEnd);
  setThreadName("holdfast-guard");
  closeAllBut(needed);
  takeOverSignals();
  OwnerLink link{UniqueFd(plan.guardEnd)};
  try {
    plan.exec.emplace(plan.launch, plan.passed, plan.kept);
    PreparedTree tree =
        prepareTree({link, plan.kept, plan.state, plan.passed, false}, plan.launch, *plan.exec);
    plan.facts = link.takeUnsent();
    plan.handover = takeApart(std::move(link), std::move(tree));
    plan.variable = std::string(kHandoverVariable) + '=' + encode(plan.handover);
    return true;
  } catch (const ForkNeeded&) {
    plan.forkNeeded = true;
  } catch (...) {
    link.queue(factOfFailure());
    plan.facts = link.takeUnsent();
  }
  return false;
}

// The owner may be beside us again: only the kernel is used. Returns when that refuses.
void becomeGuard(Plan& plan) {
  char digits[16] = {};
  char* pid = digits + sizeof digits - 1;
  for (int rest = plan.root; rest > 0; rest /= 10) *--pid = static_cast<char>('0' + rest % 10);
  char name[] = "holdfast-guard";
  char mode[] = "resume";
  char* const argv[] = {name, mode, pid, nullptr};
  char* const home = plan.state.empty() ? nullptr : plan.home.data();
  char* const envp[] = {plan.variable.data(), home, nullptr};
  for (int fd : plan.handover.descriptors())
    if (fd >= 0) (void)rawCall(SYS_fcntl, fd, F_SETFD, 0);  // open: it cannot fail
  (void)rawCall(SYS_execve, reinterpret_cast<long>(plan.program.c_str()),
                reinterpret_cast<long>(argv), reinterpret_cast<long>(envp));
}

// The owner has seen that there is no root and waits for our end.
void abandon(Plan& plan, const ExecFailure& failure) {
  putTogether(plan.handover, {}).abandon();
  try {
    throw OsError(failure.step, failure.number);
  } catch (...) {
    plan.facts += factOfFailure() + '\n';
  }
}

[[noreturn]] void end(int code) {
  while (true) (void)rawCall(SYS_exit_group, code);
}

// Returns when there is no root.
void startRoot(Plan& plan) {
  const int error = startSharingRoot(
      {*plan.exec, plan.handover.cgroupDirectory, plan.rootStack, plan.rootSharing, plan.root});
  const ExecFailure& failure = plan.exec->failure();
  if (error == 0 && failure.step == nullptr) {
    becomeGuard(plan);
    end(1);  // a guard that failed: its tree is recovered
  }
  plan.forkNeeded = refusesClone3(error);
  if (error == 0) (void)waitpid(plan.root, nullptr, 0);
  abandon(plan, error == 0 ? failure : ExecFailure{"clone", error});
}

void liveAsChild(void* shared) {
  Plan& plan = *static_cast<Plan*>(shared);
  try {
    if (prepare(plan)) startRoot(plan);
  } catch (...) {
    plan.facts.clear();  // out of memory: no answer is the answer
  }
  plan.rootSharing.end();
  end(0);
}

// Another user must not share the owner's memory, not for a moment: the kernel would take away
// the owner's dumpable attribute (PR_SET_DUMPABLE(2const)).
bool changesCredentials(const Launch& launch) { return launch.uid || launch.gid; }

bool isDead(int child) {
  siginfo_t info{};
  const long error = rawCall(SYS_waitid, P_PID, child, reinterpret_cast<long>(&info),
                             WEXITED | WNOHANG | WNOWAIT, 0);
  return error != 0 || info.si_pid == child;
}

// While the child uses the C library, we do not. One that is killed before it has started a root
// wakes nobody: that is looked for now and then.
bool awaitRoot(const Plan& plan, int guard) {
  while (!plan.rootSharing.over() && (plan.root > 0 || !isDead(guard)))
    plan.rootSharing.awaitEnd(kLookMs);
  return plan.root > 0 && plan.exec->failure().step == nullptr;
}

Answer answerOf(const Plan& plan) {
  Answer answer;
  for (std::string_view line : splitLines(plan.facts)) answer.facts.emplace_back(line);
  return answer;
}

// The root is the guard's child and not waited for, unless the guard is dead already.
void addRoot(int root, int guard, Answer& answer) {
  answer.rootHandle = openPidfd(root);
  const auto stat = readStat(root);
  const bool lost = stat && stat->ppid != guard;
  if (lost) answer.rootHandle.reset();
  const Identity identity = stat && !lost ? stat->identity() : Identity{root, 0};
  answer.facts.push_back("started " + describe(identity));
}

}  // namespace

std::optional<LaunchedInPlace> launchInPlace(const GuardStart& start, int guardEnd) {
  auto plan = std::make_unique<Plan>(start, guardEnd);
  if (changesCredentials(plan->launch)) return std::nullopt;
  if (plan->launch.mechanisms.front() == Mechanism::pidNamespace) return std::nullopt;
  if (access(plan->program.c_str(), X_OK) != 0) throw OsError::last("access", plan->program);

  const AllSignalsBlocked blocked;
  const int guard = startSharing({plan->guardStack, plan->guardSharing, liveAsChild, plan.get()});
  if (guard == 0) return std::nullopt;
  if (awaitRoot(*plan, guard)) {
    LaunchedInPlace launched{guard, answerOf(*plan)};
    addRoot(plan->root, guard, launched.answer);
    unfinished().add(std::move(plan));
    return launched;
  }
  while (waitpid(guard, nullptr, 0) < 0 && errno == EINTR) continue;
  if (plan->forkNeeded) return std::nullopt;
  if (plan->facts.empty()) throw OsError("wait for the guard", ECONNRESET);
  return LaunchedInPlace{0, answerOf(*plan)};
}

}  // namespace holdfast
