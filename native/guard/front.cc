#include "guard/front.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "guard/exit-codes.h"
#include "guard/front-report.h"
#include "guard/run-options.h"
#include "guard/supervisor.h"
#include "guard/tree-id.h"
#include "posix/choose-containment.h"
#include "posix/launch-tree.h"
#include "posix/recover-tree.h"

extern char** environ;

namespace holdfast {

namespace {

std::string markBelow(const char* outer, const std::string& id) {
  const std::string mark = outer == nullptr ? id : std::string(outer) + '.' + id;
  return isMark(mark) ? mark : id;  // a foreign or overlong value is not carried on
}

Launch completeLaunch(const RunOptions& run) {
  Launch launch = run.terms;
  launch.treeId = newTreeId();
  launch.mark = markBelow(std::getenv("HOLDFAST_TREE"), launch.treeId);
  launch.file = run.command[0];
  launch.args = run.command;
  for (char** pair = environ; *pair != nullptr; ++pair)
    if (std::strncmp(*pair, "HOLDFAST_TREE=", 14) != 0) launch.env.emplace_back(*pair);
  launch.rootSignals = RootSignals::kept;
  launch.endsWithLink = true;
  if (run.ownerIsParent) launch.owner = Identity{getppid(), 0};
  return launch;
}

struct SocketPair {
  UniqueFd front;
  UniqueFd guard;
};

SocketPair makeSocketPair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw OsError::last("socketpair");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// SIGTSTP, SIGTTIN and SIGTTOU keep their effect: the front stops and continues with its group.
sigset_t watchedSignals() {
  sigset_t watched;
  sigemptyset(&watched);
  for (int signo : {SIGTERM, SIGHUP, SIGCHLD, SIGCONT, SIGUSR1, SIGUSR2})
    if (!isIgnored(signo)) sigaddset(&watched, signo);
  sigaddset(&watched, SIGCHLD);
  return watched;
}

class Front {
 public:
  Front(UniqueFd socket, UniqueFd signals, const Launch& launch)
      : link_(std::move(socket)), signals_(std::move(signals)), graceMs_(launch.graceMs) {
    facts_.treeId = launch.treeId;
    facts_.mark = launch.mark;
  }

  FrontOutcome waitForEnd() {
    while (!outcome_.settled && link_.open()) {
      pollfd watched[] = {{link_.fd(), POLLIN, 0}, {signals_.get(), POLLIN, 0}};
      (void)poll(watched, 2, -1);  // EINTR: look again
      takeSignals();
      if (watched[0].revents != 0)
        for (const std::string& fact : link_.receive()) takeFact(fact);
    }
    if (!outcome_.settled) endInTheGuardsStead();
    return outcome_;
  }

 private:
  // Input and output are the command's alone: their ends show when it closes them. Errors stay
  // open, to say what went wrong with the containment.
  static void letGoOfStreams() {
    const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return;  // no descriptor free: held on to rather than closed
    for (int fd : {STDIN_FILENO, STDOUT_FILENO}) (void)dup2(null.get(), fd);
  }

  void endInTheGuardsStead() {
    for (const std::string& fact : recoverTree(facts_)) outcome_.take(splitFields(fact));
  }

  void takeSignals() {
    while (const int signo = readSignal(signals_.get())) takeSignal(signo);
  }

  void takeSignal(int signo) {
    if (signo == SIGTERM || signo == SIGHUP) {
      link_.send("end terminate 15 " + std::to_string(graceMs_));
    } else if (signo == SIGUSR1 || signo == SIGUSR2) {
      link_.send("root " + std::to_string(signo));
    } else if (signo == SIGCONT) {
      awaitingResume_ = true;
      link_.send("resume");
    } else if (signo == SIGCHLD) {
      // The guard, or as PID 1 also strangers; what became of the guard the socket tells.
      while (waitpid(-1, nullptr, WNOHANG) > 0) continue;
    }
  }

  void takeFact(const std::string& fact) {
    const std::vector<std::string_view> fields = splitFields(fact);
    if (fields.empty()) return;
    if (fields[0] == "started") letGoOfStreams();
    if (fields[0] == "resumed") awaitingResume_ = false;
    // The shell has to see a job stop that stopped itself; news from before the last
    // continuation is stale. That continuation may be newer than what poll(2) saw: this process
    // was stopped in between.
    if (fields[0] == "stopped") takeSignals();
    if (fields[0] == "stopped" && !awaitingResume_) (void)raise(SIGSTOP);
    facts_.take(fact);
    outcome_.take(fields);
    if (fields[0] == "exited" || fields[0] == "signaled") link_.send("collected");
  }

  OwnerLink link_;
  UniqueFd signals_;
  std::uint64_t graceMs_;
  bool awaitingResume_ = false;
  TreeFacts facts_;
  FrontOutcome outcome_;
};

// Dies of the same signal as the command, without a second core dump. Returns where that is
// impossible: as PID 1, default actions do not apply (pid_namespaces(7)).
void dieOf(int signo) {
  const rlimit none{0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)signal(signo, SIG_DFL);
  sigset_t all;
  sigfillset(&all);
  sigdelset(&all, signo);
  (void)raise(signo);
  (void)sigprocmask(SIG_SETMASK, &all, nullptr);
}

// The child half of the fork: this process is the guard from here on.
[[noreturn]] void becomeGuard(UniqueFd socket, const Launch& launch, const SignalState& kept) {
  takeOverSignals();
  OwnerLink link(std::move(socket));
  auto tree = launchTree({link, kept, homeFromEnvironment(), {}}, launch);
  if (tree) superviseTree(std::move(link), std::move(*tree));
  _exit(0);
}

}  // namespace

int runFront(const std::vector<std::string>& arguments) {
  const RunOptions run = parseRunOptions(arguments);
  if (run.helpWanted) {
    std::fputs(kRunHelp, stdout);
    return 0;
  }
  const FrontReport report(run.jsonReport);
  Launch launch = completeLaunch(run);
  const SignalState kept = SignalState::current();
  const sigset_t watched = watchedSignals();
  (void)sigprocmask(SIG_BLOCK, &watched, nullptr);

  SocketPair pair = makeSocketPair();
  const pid_t guard = fork();
  if (guard < 0) throw OsError::last("fork");
  if (guard == 0) {
    pair.front.reset();
    becomeGuard(std::move(pair.guard), launch, kept);
  }
  pair.guard.reset();
  (void)signal(SIGINT, SIG_IGN);
  (void)signal(SIGQUIT, SIG_IGN);
  Front front(std::move(pair.front), openSignals(watched), launch);
  const FrontOutcome outcome = front.waitForEnd();
  (void)waitpid(guard, nullptr, 0);  // reaped already when its SIGCHLD came first
  report.write(launch.treeId, outcome);
  const int code = exitCodeOf(outcome, run.command[0]);
  if (code > 128 && outcome.diesOf() > 0) dieOf(outcome.diesOf());
  return code;
}

}  // namespace holdfast
