#include "linux/mechanisms/pid-namespace.h"

#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "core/facts.h"
#include "core/os-error.h"
#include "core/text/lines.h"
#include "linux/kernel/clone.h"
#include "linux/kernel/numbers.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/proc.h"
#include "linux/mechanisms/init-socket.h"
#include "linux/mechanisms/namespace-init.h"

namespace holdfast {

namespace {

constexpr std::size_t kMostStopChanges = 16;
constexpr std::size_t kCrowd = 64;

Cloned cloneInit() {
  if (geteuid() != 0) return forkInto(kUsersNamespaces);
  try {
    return forkInto(kRootsNamespaces);
  } catch (const OsError& error) {
    if (error.number() != EPERM) throw;
    return forkInto(kUsersNamespaces);
  }
}

// Without rights no other id can be taken; in a user namespace that shows as one that is not mapped
// (user_namespaces(7), setuid(2)).
ExecFailure asOutside(ExecFailure failure) {
  const std::string_view step = failure.step == nullptr ? "" : failure.step;
  const bool isIdentity = step == "setuid" || step == "setgid";
  if (isIdentity && failure.number == EINVAL && geteuid() != 0) failure.number = EPERM;
  return failure;
}

}  // namespace

PidNamespace::PidNamespace(const Surroundings& surroundings) {
  surroundings.exec.openReport();
  InitSocket pair = makeInitSocket();
  const UniqueFd guard = openPidfd(getpid());
  if (!guard) throw OsError::last("pidfd_open");
  const UserIds ids{geteuid(), getegid()};
  const Cloned init = cloneInit();
  if (init.pid == 0) {
    pair.outside.reset();
    runForkedInit(
        {std::move(pair.inside), guard.get(), surroundings.ownerFd, ids, surroundings.exec});
  }
  init_ = init.pid;
  socket_ = std::move(pair.outside);
  pair.inside.reset();
  awaitReady();
}

PidNamespace::PidNamespace(int init, UniqueFd socket)
    : init_(init), socket_(std::move(socket)), stage_(Stage::running) {}

PidNamespace::~PidNamespace() {
  if (init_ > 0 && stage_ != Stage::gone) killInit();
}

void PidNamespace::awaitReady() {
  const std::string answer = receiveMessage(socket_.get(), 0).text;
  if (answer == "ready") return;
  killInit();
  const std::vector<std::string_view> fields = splitFields(answer);
  if (fields.size() != 2) throw OsError("start the init of a PID namespace", ECONNRESET);
  throw OsError(fields[0], std::atoi(std::string(fields[1]).c_str()));
}

StartedRoot PidNamespace::start(ExecRoot& exec) {
  StartedRoot started;
  tell("start");
  const Message hello = receiveMessage(socket_.get(), 0);
  started.failure = asOutside(exec.waitForExec());
  if (started.failure.step != nullptr) return started;
  if (hello.text != "root" || hello.sender <= 0) {
    started.failure = {"clone", EAGAIN};
    return started;
  }
  // Init keeps the dead root a zombie until it is told to reap it, so the pid is still the root's.
  started.pidfd = openPidfd(hello.sender);
  started.identity.pid = hello.sender;
  if (const auto stat = readStat(hello.sender)) started.identity = stat->identity();
  stage_ = Stage::running;
  return started;
}

void PidNamespace::takeMessage(const std::string& message) {
  const std::vector<std::string_view> fields = splitFields(message);
  const int value = fields.size() == 2 ? std::atoi(std::string(fields[1]).c_str()) : 0;
  if (const auto ended = readAs<fact::RootEnded>(message)) status_ = ended->status;
  if (fields[0] == "changed") addStopChange(value);
  if (fields[0] == "settled") settled_ = true;
  if (fields[0] == "alone") stage_ = std::max(stage_, Stage::alone);
}

// Only the last changes are kept until somebody asks: a member may stop and continue the root for
// ever.
void PidNamespace::addStopChange(int change) {
  if (stopChanges_.size() == kMostStopChanges) stopChanges_.pop_front();
  stopChanges_.push_back(change);
}

void PidNamespace::receiveAll() {
  while (socket_) {
    const Message message = receiveMessage(socket_.get(), MSG_DONTWAIT);
    if (message.ended) socket_.reset();
    if (message.text.empty()) return;
    takeMessage(message.text);
  }
}

std::optional<int> PidNamespace::takeStopChange() {
  if (stopChanges_.empty()) return std::nullopt;
  const int change = stopChanges_.front();
  stopChanges_.pop_front();
  return change;
}

void PidNamespace::collectRoot() {
  if (stage_ == Stage::alone) return killInit();
  tell("collected");
}

std::vector<Member> PidNamespace::members() {
  std::vector<Member> members = below_.members();
  members.erase(std::remove_if(members.begin(), members.end(),
                               [&](const Member& member) { return member.identity.pid == init_; }),
                members.end());
  return members;
}

// Not what the namespace's own /proc lists, over which a member that is root may mount anything.
// None is seen where nothing can be read (docs/gotchas.md#a-guard-that-can-open-nothing).
// Where hundreds of processes want a processor the guard gets too little time to count them all, so
// it counts the first ones.
std::size_t PidNamespace::countInside() const {
  const std::size_t enough = runnableProcesses() > kCrowd ? kCrowd : SIZE_MAX;
  const std::size_t found = descendantsOf(getpid(), enough).size();
  const std::size_t rootAtLeast = stage_ != Stage::prepared && !status_ ? 1 : 0;
  return std::max(found, rootAtLeast + 1) - 1;  // init does not count
}

std::size_t PidNamespace::killAll() {
  receiveAll();
  if (stage_ == Stage::gone) return 0;
  const std::size_t inside = killed_ ? 0 : countInside();
  killed_ = true;
  (void)kill(init_, SIGKILL);  // our child, not waited for: the pid is its own
  return inside;
}

void PidNamespace::reap() {
  receiveAll();
  siginfo_t info{};
  const bool ended =
      stage_ != Stage::gone &&
      waitid(P_PID, static_cast<id_t>(init_), &info, WEXITED | WNOHANG | __WALL) == 0 &&
      info.si_pid == init_;
  if (!ended) return;
  receiveAll();
  const bool ran = stage_ != Stage::prepared;
  stage_ = Stage::gone;
  // What the kernel killed with its init ended by SIGKILL.
  if (ran && !status_) status_ = ExitStatus{ExitStatus::Kind::signaled, SIGKILL};
}

// Init is dead only when every process of its namespace is (kernel/pid_namespace.c,
// zap_pid_ns_processes waits for them).
void PidNamespace::killInit() {
  (void)kill(init_, SIGKILL);
  (void)waitpid(init_, nullptr, __WALL);
  stage_ = Stage::gone;
}

void PidNamespace::release() { tell("released"); }

// The stops that init has seen so far are told before its answer.
void PidNamespace::settleStops() {
  settled_ = false;
  tell("settle");
  while (socket_ && !settled_) {
    const Message message = receiveMessage(socket_.get(), 0);
    if (message.ended) socket_.reset();
    if (!message.text.empty()) takeMessage(message.text);
  }
}

// A request to a dead init fails: its missing answer shows that.
void PidNamespace::tell(std::string_view word) {
  (void)!send(socket_.get(), word.data(), word.size(), MSG_NOSIGNAL);
}

}  // namespace holdfast
