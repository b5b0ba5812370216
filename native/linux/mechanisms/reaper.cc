#include "linux/mechanisms/reaper.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "posix/port/process.h"

namespace holdfast {

namespace {

// __WALL: also children made with clone(2) and another exit signal (waitpid(2), Linux notes).
constexpr int kPeek = WEXITED | WNOHANG | WNOWAIT | __WALL;
constexpr int kTake = WEXITED | WNOHANG | __WALL;

bool take(int pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, kTake) == 0 && info.si_pid == pid;
}

ExitStatus statusOf(const siginfo_t& info) {
  const bool exited = info.si_code == CLD_EXITED;
  return {exited ? ExitStatus::Kind::exited : ExitStatus::Kind::signaled, info.si_status};
}

}  // namespace

StartedRoot Reaper::adopt(Cloned child, ExecRoot& exec) {
  StartedRoot started;
  started.failure = exec.waitForExec();
  started.pidfd = std::move(child.pidfd);
  if (started.failure.step != nullptr) {
    (void)waitpid(child.pid, nullptr, __WALL);  // it ends by itself, with nothing to tell
    return started;
  }
  watchRoot(child.pid);
  started.identity = identityOfChild(child.pid);
  return started;
}

void Reaper::reap() {
  while (true) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, kPeek) != 0 || info.si_pid == 0) return;
    if (info.si_pid == root_ && !collected_) {
      status_ = statusOf(info);
      reapAroundRoot();
      return;
    }
    if (!take(info.si_pid)) return;
  }
}

// The kernel would show the dead root again and again: look at the others by name.
void Reaper::reapAroundRoot() {
  for (int pid : children_.list())
    if (pid != root_) (void)take(pid);  // most are alive: nothing to take
}

std::optional<int> Reaper::takeStopChange() {
  siginfo_t info{};
  const int options = WSTOPPED | WCONTINUED | WNOHANG;
  if (root_ <= 0 || status_) return std::nullopt;
  if (waitid(P_PID, static_cast<id_t>(root_), &info, options) != 0 || info.si_pid == 0)
    return std::nullopt;
  return info.si_code == CLD_CONTINUED ? 0 : info.si_status;
}

std::vector<int> Reaper::killAll() {
  std::vector<int> hit;
  for (int pid : children_.list())
    if (!holdsDead(pid) && kill(pid, SIGKILL) == 0) hit.push_back(pid);
  return hit;
}

void Reaper::collectRoot() {
  collected_ = true;
  reap();
}

// The dead root stands in the list: one without it was not read.
bool Reaper::noneLeft() {
  if (holdsDeadRoot()) return children_.list() == std::vector<int>{root_};
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, kPeek) != 0 && errno == ECHILD;
}

}  // namespace holdfast
