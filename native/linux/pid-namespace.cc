#include "linux/pid-namespace.h"

#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "core/os-error.h"
#include "linux/clone.h"
#include "linux/namespace-init.h"
#include "linux/pidfd.h"
#include "linux/proc.h"

namespace holdfast {

namespace {

struct Message {
  std::string text;    // empty: nothing there, or the other end is gone
  int sender = 0;      // in the pids of the receiver (SCM_CREDENTIALS, unix(7))
  bool ended = false;  // the other end is gone
};

Message receiveMessage(int socket, int flags) {
  char text[256];
  union {
    char bytes[CMSG_SPACE(sizeof(ucred))];
    cmsghdr aligned;
  } control;
  iovec part{text, sizeof text};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes;
  header.msg_controllen = sizeof control.bytes;
  const ssize_t length = recvmsg(socket, &header, flags | MSG_CMSG_CLOEXEC);
  Message message;
  message.ended = length == 0;
  if (length <= 0) return message;
  message.text.assign(text, static_cast<std::size_t>(length));
  const cmsghdr* item = CMSG_FIRSTHDR(&header);
  if (item != nullptr && item->cmsg_type == SCM_CREDENTIALS) {
    ucred credentials;
    std::memcpy(&credentials, CMSG_DATA(item), sizeof credentials);
    message.sender = credentials.pid;
  }
  return message;
}

struct InitSocket {
  UniqueFd guard;
  UniqueFd init;
};

InitSocket makeInitSocket() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    throw OsError::last("socketpair");
  InitSocket pair{UniqueFd(ends[0]), UniqueFd(ends[1])};
  const int on = 1;
  if (setsockopt(pair.guard.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
    throw OsError::last("setsockopt");
  return pair;
}

// Root needs no user namespace; everybody else gets a PID namespace only inside of one
// (pid_namespaces(7), user_namespaces(7)).
Cloned cloneInit() {
  constexpr std::uint64_t kPlain = CLONE_NEWPID | CLONE_NEWNS;
  if (geteuid() != 0) return forkInto(kPlain | CLONE_NEWUSER);
  try {
    return forkInto(kPlain);
  } catch (const OsError& error) {
    if (error.number() != EPERM) throw;
    return forkInto(kPlain | CLONE_NEWUSER);
  }
}

}  // namespace

PidNamespace::PidNamespace(const Surroundings& surroundings) {
  if (!surroundings.mayFork) throw ForkNeeded{};
  surroundings.root.openReport();
  InitSocket pair = makeInitSocket();
  const UniqueFd guard = openPidfd(getpid());
  if (!guard) throw OsError::last("pidfd_open");
  const UserIds ids{geteuid(), getegid()};
  Cloned init = cloneInit();
  if (init.pid == 0) {
    pair.guard.reset();
    runNamespaceInit(
        {std::move(pair.init), guard.get(), surroundings.ownerFd, ids, surroundings.root});
  }
  init_ = init.pid;
  initPidfd_ = std::move(init.pidfd);
  socket_ = std::move(pair.guard);
  pair.init.reset();
  awaitReady();
}

PidNamespace::~PidNamespace() {
  if (!initGone_) killInit();
}

void PidNamespace::awaitReady() {
  const std::string answer = receiveMessage(socket_.get(), 0).text;
  if (answer == "ready") return;
  killInit();
  const std::vector<std::string_view> fields = splitFields(answer);
  if (fields.size() != 2) throw OsError("start the init of a PID namespace", ECONNRESET);
  throw OsError(fields[0], std::atoi(std::string(fields[1]).c_str()));
}

StartedRoot PidNamespace::start(ExecRoot& root) {
  StartedRoot started;
  tell("start");
  const Message hello = receiveMessage(socket_.get(), 0);
  started.failure = root.waitForExec();
  if (started.failure.step != nullptr) return started;
  if (hello.text != "root" || hello.sender <= 0) {
    started.failure = {"clone", EAGAIN};
    return started;
  }
  // Init holds the dead root until it is told to let go: the pid is the root's.
  started.pidfd = openPidfd(hello.sender);
  started.identity.pid = hello.sender;
  if (const auto stat = readStat(hello.sender)) started.identity = stat->identity();
  started_ = true;
  return started;
}

void PidNamespace::takeMessage(const std::string& message) {
  const std::vector<std::string_view> fields = splitFields(message);
  const int value = fields.size() == 2 ? std::atoi(std::string(fields[1]).c_str()) : 0;
  if (fields[0] == "exited") status_ = ExitStatus{ExitStatus::Kind::exited, value};
  if (fields[0] == "signaled") status_ = ExitStatus{ExitStatus::Kind::signaled, value};
  if (fields[0] == "changed") stopChanges_.push_back(value);
  if (fields[0] == "settled") settled_ = true;
  if (fields[0] == "alone") alone_ = true;
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
  stopChanges_.erase(stopChanges_.begin());
  return change;
}

void PidNamespace::collectRoot() {
  collected_ = true;
  if (alone_) return killInit();
  tell("collected");
}

std::vector<Member> PidNamespace::members() {
  std::vector<Member> members = Subreaper::members();
  members.erase(std::remove_if(members.begin(), members.end(),
                               [&](const Member& member) { return member.identity.pid == init_; }),
                members.end());
  return members;
}

// The namespace's own /proc lists what is inside without a walk.
std::size_t PidNamespace::countInside() const {
  const std::size_t found = numbersNamedIn("/proc/" + std::to_string(init_) + "/root/proc").size();
  const std::size_t dead = 1u + (status_ && !collected_ ? 1u : 0u);  // init does not count either
  return found > dead ? found - dead : 0;
}

std::size_t PidNamespace::killAll() {
  receiveAll();
  if (initGone_) return 0;
  const std::size_t inside = killed_ ? 0 : countInside();
  killed_ = true;
  (void)kill(init_, SIGKILL);  // our child, not waited for: the pid is its own
  return inside;
}

void PidNamespace::reap() {
  receiveAll();
  siginfo_t info{};
  const bool ended =
      !initGone_ &&
      waitid(P_PID, static_cast<id_t>(init_), &info, WEXITED | WNOHANG | __WALL) == 0 &&
      info.si_pid == init_;
  if (!ended) return;
  receiveAll();
  initGone_ = true;
  // What the kernel killed with its init ended by SIGKILL.
  if (started_ && !status_) status_ = ExitStatus{ExitStatus::Kind::signaled, SIGKILL};
}

// Init is dead only when every process of its namespace is (kernel/pid_namespace.c,
// zap_pid_ns_processes waits for them).
void PidNamespace::killInit() {
  (void)kill(init_, SIGKILL);
  (void)waitpid(init_, nullptr, __WALL);
  initGone_ = true;
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

// A dead init shows in what it does not answer.
void PidNamespace::tell(std::string_view word) {
  (void)!send(socket_.get(), word.data(), word.size(), MSG_NOSIGNAL);
}

}  // namespace holdfast
