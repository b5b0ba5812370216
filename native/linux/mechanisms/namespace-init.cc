#include "linux/mechanisms/namespace-init.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/facts.h"
#include "core/os-error.h"
#include "linux/kernel/proc.h"
#include "linux/kernel/self/tracing.h"
#include "linux/mechanisms/reaper.h"
#include "linux/processes/own-children.h"
#include "posix/await-events.h"
#include "posix/descriptor-right.h"
#include "posix/port/descriptors.h"
#include "posix/port/namespace-init.h"
#include "posix/port/promptness.h"
#include "posix/port/signals.h"

namespace holdfast {

namespace {

void tell(int socket, const std::string& message) {
  (void)!send(socket, message.data(), message.size(), MSG_NOSIGNAL);  // no guard: PDEATHSIG
}

// A kernel without the file does not need it written.
void writeIfPresent(const char* path, const std::string& text) {
  const UniqueFd file(open(path, O_WRONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return;
  if (!file || write(file.get(), text.data(), text.size()) < 0) throw OsError::last("write", path);
}

// One id, mapped to itself: all that an ordinary user may do (user_namespaces(7)).
void mapOwnIds(const UserIds& ids) {
  if (geteuid() == ids.uid) return;  // no user namespace was made
  writeIfPresent("/proc/self/setgroups", "deny");
  const std::string uid = std::to_string(ids.uid);
  const std::string gid = std::to_string(ids.gid);
  writeIfPresent("/proc/self/uid_map", uid + ' ' + uid + " 1");
  writeIfPresent("/proc/self/gid_map", gid + ' ' + gid + " 1");
}

// Armed after every change of credentials, which would clear it, and checked afterwards: if the
// guard died before, no signal would ever come (prctl(2), PR_SET_PDEATHSIG).
void dieWithGuard(int guardPidfd) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) throw OsError::last("prctl");
  pollfd guard{guardPidfd, POLLIN, 0};
  if (awaitEvents(&guard, 1, 0) != 0) _exit(1);
}

// Without a /proc of its own a program would find strangers under its own pids.
void mountOwnProc() {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
    throw OsError::last("mount-slave");
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    throw OsError::last("mount-proc");
}

bool toldToStart(int socket) {
  char word[16];
  return recv(socket, word, sizeof word, 0) == 5;
}

int forkRoot(const ForkedInit& init) {
  const pid_t root = fork();
  if (root < 0) init.exec.fail(ExecRoot::execStep);
  if (root == 0) {
    tell(init.socket.get(), "root");  // the guard reads our pid from the credentials
    if ((errno = giveUpTracing()) != 0) init.exec.fail(ExecRoot::capabilityStep);
    init.exec.becomeRoot();
  }
  init.exec.forgetReport();
  return root;
}

// Holds nothing of the user's or the guard's open: when they close it, its other end has to see
// that.
void stepOutOfTheWay(const InitLife& life) {
  closeAllBut({life.socket, life.ownerFd, life.children});
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) UniqueFd(fd).reset();
  (void)chdir("/");
}

class InitLoop {
 public:
  explicit InitLoop(const InitLife& life)
      : socket_(life.socket),
        ownerFd_(life.ownerFd),
        signals_(openChildSignals()),
        reaper_(life.root, OwnChildren(UniqueFd(life.children))) {}

  [[noreturn]] void run() {
    while (true) {
      takeDescriptorRight();
      reaper_.reap();
      reportStops();
      reportRoot();
      reportAlone();
      waitForNews();
    }
  }

 private:
  void reportStops() {
    while (const auto change = reaper_.takeStopChange())
      tell(socket_, "changed " + std::to_string(*change));
  }

  void reportRoot() {
    const auto& status = reaper_.rootStatus();
    if (!status || reported_) return;
    reported_ = true;
    tell(socket_, lineOf(fact::RootEnded{*status}));
  }

  void reportAlone() {
    if (!reported_ || alone_ || !reaper_.noneLeft()) return;
    alone_ = true;
    tell(socket_, "alone");
  }

  void waitForNews() {
    pollfd watched[] = {{signals_.get(), POLLIN, 0}, {socket_, POLLIN, 0}, {ownerFd_, POLLIN, 0}};
    (void)awaitEvents(watched, 3, -1);  // EINTR: look again
    char drained[1024];
    if (watched[0].revents != 0) (void)!read(signals_.get(), drained, sizeof drained);
    if (watched[1].revents != 0) return takeRequest();  // such as a release, before its owner died
    if (watched[2].revents != 0)
      _exit(1);  // and the kernel takes the rest, whatever the guard does
  }

  void takeRequest() {
    char text[16];
    const ssize_t length = recv(socket_, text, sizeof text, 0);
    if (length <= 0) _exit(1);
    const std::string_view request(text, static_cast<std::size_t>(length));
    if (request == "collected") reaper_.collectRoot();
    if (request == "released") ownerFd_ = -1;
    if (request != "settle") return;
    reportStops();
    tell(socket_, "settled");
  }

  int socket_;
  int ownerFd_;
  UniqueFd signals_;
  Reaper reaper_;
  bool reported_ = false;
  bool alone_ = false;
};

}  // namespace

void settleNamespace(const UserIds& ids, int guardPidfd) {
  mapOwnIds(ids);
  dieWithGuard(guardPidfd);
  mountOwnProc();
}

void liveAsInit(const InitLife& life) {
  keepFromBeingTraced();
  stepOutOfTheWay(life);
  (void)setsid();  // not one of the many of its tree's session (sched(7), autogroup)
  bePrompt();
  InitLoop(life).run();
}

void runForkedInit(ForkedInit init) {
  const int socket = init.socket.get();
  try {
    settleNamespace(init.ids, init.guardPidfd);
    keepFromBeingTraced();
    const int children = OwnChildren().release().release();
    tell(socket, "ready");
    if (!toldToStart(socket)) _exit(1);
    liveAsInit({forkRoot(init), socket, init.ownerFd, children});
  } catch (const OsError& error) {
    tell(socket, error.call() + ' ' + std::to_string(error.number()));
    _exit(1);
  }
}

}  // namespace holdfast
