#include "guard/front/front.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>

#include "core/facts.h"
#include "guard/exit-codes.h"
#include "guard/forked-guard.h"
#include "guard/front/end.h"
#include "guard/front/launch.h"
#include "guard/front/report.h"
#include "guard/problems.h"
#include "guard/step-aside.h"
#include "posix/await-events.h"
#include "posix/port/descriptors.h"
#include "posix/port/mechanisms.h"
#include "posix/port/prctl.h"
#include "posix/port/process.h"
#include "posix/port/signals.h"
#include "posix/port/witness.h"
#include "posix/records/record-directory.h"
#include "posix/recovery/cleanup.h"
#include "posix/recovery/recover-tree.h"
#include "posix/socket-pair.h"
#include "posix/tree/launch-tree.h"

namespace holdfast {

namespace {

bool isOfTerminal(int signo) {
  return isJobStop(signo) || signo == SIGINT || signo == SIGQUIT || signo == SIGWINCH;
}

UniqueFd openEverySignal() {
  sigset_t all;
  sigfillset(&all);
  return openSignals(all);
}

class Front {
 public:
  // Every signal is blocked, and the witness is older than the guard.
  Front(UniqueFd socket, int guard, std::unique_ptr<Witness> witness, const Launch& launch,
        bool returnsRoot)
      : witness_(std::move(witness)),
        link_(std::move(socket)),
        signals_(openEverySignal()),
        guard_(guard),
        returnsRoot_(returnsRoot) {
    facts_.treeId = launch.terms.treeId;
    facts_.mark = launch.terms.mark;
  }

  // Until the tree has ended, or the guard goes on without this process. Signals wait for the root.
  FrontOutcome waitForEnd() {
    while (!outcome_.settled && !left_ && link_.open()) {
      const int signals = started_ ? signals_.get() : -1;
      pollfd watched[] = {{link_.fd(), POLLIN, 0}, {signals, POLLIN, 0}};
      (void)awaitEvents(watched, 2, -1);  // EINTR: look again
      if (started_) takeSignals();
      if (watched[0].revents != 0) takeFacts();
    }
    if (!outcome_.settled && !left_) endInTheGuardsStead();
    witness_->dismiss();
    return outcome_;
  }
  bool left() const { return left_; }

 private:
  // Input and output are the command's alone: their ends show when it closes them. Errors stay
  // open, to say what went wrong with the containment.
  static void letGoOfStreams() {
    const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return;  // no descriptor free: held on to rather than closed
    for (int fd : {STDIN_FILENO, STDOUT_FILENO}) (void)dup2(null.get(), fd);
  }

  // In a child, which is waited for like the guard. The command is not told when the child fails.
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

  void endInTheGuardsStead() {
    for (const std::string& line : recoverTree(facts_))
      if (const auto fact = readFact(line)) outcome_.take(*fact);
  }

  void takeSignals() {
    while (true) {
      const TakenSignal taken = takeSignal(signals_.get());
      if (taken.signo == 0) return;
      const bool ofOurs = taken.sender == guard_ || taken.sender == getpid() ||
                          (taken.sender != 0 && taken.sender == stopper_);
      // One of the guard's may stand for another's to the group, with which it became one.
      if (taken.signo == SIGCONT && ofOurs) (void)witness_->saw(SIGCONT, 0);
      if (taken.signo == SIGCHLD) reapOthers();
      if ((taken.fromProcess || taken.fromKernel) && !ofOurs) tell(taken);
    }
  }

  // Whoever recovered others, or as PID 1 strangers; what became of the guard the socket tells.
  static void reapOthers() {
    while (waitpid(-1, nullptr, WNOHANG) > 0) continue;
  }

  // What keys of a terminal send goes to the group; its end only to the leader of the session.
  void tell(const TakenSignal& taken) {
    const bool seen = witness_->saw(taken.signo, taken.sender);
    const bool ofTerminal = taken.fromKernel && isOfTerminal(taken.signo);
    const bool toGroup = seen || ofTerminal;
    if (taken.signo == SIGCONT) {
      awaitingResume_ = true;
      link_.queue("resume");
    }
    link_.send("front-signal " + std::to_string(taken.signo) + ' ' + std::to_string(taken.sender) +
               (toGroup ? " group" : " alone"));
    if (outcome_.root && isJobStop(taken.signo)) stopper_ = stopLikeRoot(taken.signo, link_.fd());
  }

  // The shell has to see a job stop that stopped itself; news from before the last continuation is
  // stale. That continuation may be newer than what poll(2) saw: this process was stopped in
  // between.
  void takeFacts() {
    for (const std::string& fact : link_.receive()) takeFact(fact);
    takeSignals();
    if (stopWanted_ != 0 && !awaitingResume_) stopper_ = stopLikeRoot(stopWanted_, link_.fd());
    stopWanted_ = 0;
  }

  void takeFact(const std::string& line) {
    const std::optional<Fact> fact = readFact(line);
    if (!fact) return;
    (void)facts_.take(*fact);
    if (std::holds_alternative<fact::Started>(*fact)) begin();
    if (std::holds_alternative<fact::Resumed>(*fact)) awaitingResume_ = false;
    if (std::holds_alternative<fact::RootContinued>(*fact)) stopWanted_ = 0;
    if (std::holds_alternative<fact::Left>(*fact)) left_ = true;
    if (std::holds_alternative<fact::Check>(*fact)) {
      takeSignals();
      link_.send("checked");
    }
    // The witness was one of them.
    if (const auto* everybody = std::get_if<fact::Everybody>(&*fact))
      (void)witness_->saw(everybody->signo, 0);
    if (const auto* stopped = std::get_if<fact::RootStopped>(&*fact)) {
      takeSignals();
      stopWanted_ = awaitingResume_ ? 0 : stopped->signo;
    }
    outcome_.take(*fact);
    if (std::holds_alternative<fact::RootEnded>(*fact)) leaveRoot();
  }

  void begin() {
    started_ = true;
    letGoOfStreams();
    recoverOthers();
  }

  void leaveRoot() {
    stopWanted_ = 0;
    link_.send("collected");
    if (returnsRoot_) link_.send("leave");
  }

  std::unique_ptr<Witness> witness_;
  OwnerLink link_;
  UniqueFd signals_;
  int guard_;
  bool returnsRoot_;
  int stopper_ = 0;  // whose SIGCONT says nothing
  bool started_ = false;
  bool awaitingResume_ = false;
  bool left_ = false;
  int stopWanted_ = 0;  // the signal that has stopped the root; 0: it runs
  TreeFacts facts_;
  FrontOutcome outcome_;
};

}  // namespace

int runFront(const std::vector<std::string>& arguments) {
  const RunOptions run = parseRunOptions(arguments, offeredMechanisms());
  if (run.helpWanted) {
    (void)signal(SIGPIPE, SIG_IGN);  // printed() tells that the reader has gone
    return printed("holdfast", runHelp());
  }
  const FrontReport report(run.jsonReport);
  const Launch launch = launchForFront(run);
  const SignalState kept = SignalState::current();
  blockEverySignal();

  SocketPair pair = makeStreamPair();  // the front, the guard
  denyTracing();                       // who traces an owner is one
  std::unique_ptr<Witness> witness = makeWitness();
  // The shell has to see a job stop; only the guard's end can make it go on to report its own.
  const pid_t guard = forkWaker();
  if (guard < 0) throw OsError::last("fork");
  if (guard == 0) {
    (void)witness.release();  // it is the front's
    pair.first.reset();
    allowTracing();  // as long as the tree is being prepared
    becomeForkedGuard(std::move(pair.second), launch, kept);
  }
  pair.second.reset();
  FrontOutcome outcome;
  {
    Front front(std::move(pair.first), guard, std::move(witness), launch, run.returnsRoot);
    outcome = front.waitForEnd();
    // It stays as long as those whom it could not end, and those whom nobody waits for.
    if (outcome.survivors.empty() && !front.left()) waitForChild(guard);
  }
  report.write(launch.terms.treeId, outcome);
  const int code = exitCodeOf(outcome, run.command[0]);
  if (code > 128 && outcome.diesOf() > 0) dieLikeRoot(outcome.diesOf());
  return code;
}

}  // namespace holdfast
