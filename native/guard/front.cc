#include "guard/front.h"

#include <fcntl.h>
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
#include "guard/step-aside.h"
#include "guard/supervisor.h"
#include "guard/tree-id.h"
#include "posix/await-events.h"
#include "posix/choose-containment.h"
#include "posix/cleanup.h"
#include "posix/launch-tree.h"
#include "posix/prctl.h"
#include "posix/process.h"
#include "posix/record-directory.h"
#include "posix/recover-tree.h"

extern char** environ;

namespace holdfast {

namespace {

Launch completeLaunch(const RunOptions& run) {
  Launch launch = launchOf(run, newTreeId(), std::getenv("HOLDFAST_TREE"));
  for (char** pair = environ; *pair != nullptr; ++pair)
    if (std::strncmp(*pair, "HOLDFAST_TREE=", 14) != 0) launch.env.emplace_back(*pair);
  launch.rootSignals = RootSignals::kept;
  launch.front = ownIdentity();
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
      (void)awaitEvents(watched, 2, -1);  // EINTR: look again
      takeSignals();
      if (watched[0].revents != 0) takeFacts();
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

  // In a child, which is waited for like the guard. Whatever keeps it from its work is no concern
  // of the command's.
  void recoverOthers() const {
    const Seeker seeker{homeFromEnvironment(), facts_.mark};
    if (!hasAbandoned(seeker) || fork() != 0) return;
    closeAllBut({});
    stepAside();
    try {
      recoverAbandoned(seeker);
    } catch (const std::exception&) {
      _exit(kContainmentFailed);
    }
    _exit(0);
  }

  // The guard continues this process when the root has ended, and when it ends itself; should that
  // have been already, it was for nothing. So a child stops it, and looks for news afterwards.
  void stop() {
    const Identity front = ownIdentity();
    const pid_t stopper = fork();
    if (stopper < 0) return;  // the shell does not see the stop
    if (stopper > 0) return waitForChild(stopper);
    (void)signalProcess(front, SIGSTOP);
    pollfd link{link_.fd(), POLLIN, 0};
    if (awaitEvents(&link, 1, 0) != 0) (void)signalProcess(front, SIGCONT);
    _exit(0);
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
      // Whoever recovered others, or as PID 1 strangers; what became of the guard the socket tells.
      while (waitpid(-1, nullptr, WNOHANG) > 0) continue;
    }
  }

  // The shell has to see a job stop that stopped itself; news from before the last continuation is
  // stale. That continuation may be newer than what poll(2) saw: this process was stopped in
  // between.
  void takeFacts() {
    for (const std::string& fact : link_.receive()) takeFact(fact);
    takeSignals();
    if (stopWanted_ && !awaitingResume_) stop();
    stopWanted_ = false;
  }

  void takeFact(const std::string& fact) {
    const std::vector<std::string_view> fields = splitFields(fact);
    if (fields.empty()) return;
    if (fields[0] == "started") letGoOfStreams();
    if (fields[0] == "started") recoverOthers();
    if (fields[0] == "resumed") awaitingResume_ = false;
    if (fields[0] == "stopped") {
      takeSignals();
      stopWanted_ = !awaitingResume_;
    }
    facts_.take(fact);
    outcome_.take(fields);
    if (fields[0] != "exited" && fields[0] != "signaled") return;
    stopWanted_ = false;
    link_.send("collected");
  }

  OwnerLink link_;
  UniqueFd signals_;
  std::uint64_t graceMs_;
  bool awaitingResume_ = false;
  bool stopWanted_ = false;
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
  allowTracing();  // as long as the tree is being prepared
  takeOverSignals();
  OwnerLink link(std::move(socket));
  auto tree = launchTree({link, kept, homeFromEnvironment(), {}}, launch);
  if (tree) superviseTree(std::move(link), std::move(*tree));
  _exit(0);
}

}  // namespace

int runFront(const std::vector<std::string>& arguments) {
  const RunOptions run = parseRunOptions(
      arguments, {{Mechanism::cgroup, Mechanism::subreaper}, Mechanism::pidNamespace});
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
  denyTracing();  // who traces an owner is one
  // The shell has to see a job stop; only the guard's end can make it go on to report its own.
  const pid_t guard = forkWaker();
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
  // It stays as long as those whom it could not end.
  if (outcome.survivors.empty()) waitForChild(guard);
  report.write(launch.treeId, outcome);
  const int code = exitCodeOf(outcome, run.command[0]);
  if (code > 128 && outcome.diesOf() > 0) dieOf(outcome.diesOf());
  return code;
}

}  // namespace holdfast
