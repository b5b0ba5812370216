#include "linux/processes/own-children.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "linux/kernel/numbers.h"
#include "linux/kernel/own-proc.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/proc.h"
#include "posix/descriptor-right.h"
#include "posix/files.h"
#include "posix/standard-descriptors.h"

namespace holdfast {

namespace {

// __WALL: also children made with clone(2) and another exit signal (waitpid(2), Linux notes).
constexpr int kPeek = WEXITED | WNOHANG | WNOWAIT | __WALL;

bool isShown(int pid) { return procIsOurs() && readStat(pid); }

}  // namespace

void OwnChildren::open() {
  if (list_ || !procIsOurs()) return;
  const std::string path = "/proc/self/task/" + std::to_string(getpid()) + "/children";
  list_ = aboveStandard(UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
}

UniqueFd OwnChildren::release() {
  open();
  return std::move(list_);
}

std::vector<int> OwnChildren::list() {
  open();
  if (const auto text = readAgain(list_)) return numbersIn(*text);
  return procIsOurs() ? childrenOf(getpid()) : std::vector<int>{};  // no CONFIG_PROC_CHILDREN
}

bool OwnChildren::blind() {
  open();
  return !list_ && descriptorsLack();
}

bool OwnChildren::isAlive(int pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, kPeek) == 0 && info.si_pid == 0;
}

void OwnChildren::addHidden(std::vector<Member>& members) {
  std::set<int> shown;
  for (const Member& member : members) shown.insert(member.identity.pid);
  for (int pid : list()) {
    if (shown.count(pid) != 0 || isShown(pid) || !isAlive(pid)) continue;
    Member hidden;
    hidden.identity.pid = pid;
    hidden.ppid = getpid();
    members.push_back(std::move(hidden));
  }
}

int OwnChildren::signal(const Identity& member, int signo) {
  const int error = member.startTime != 0 ? signalIdentity(member, signo) : ESRCH;
  if (error != ESRCH || !isAlive(member.pid)) return error;
  if (member.startTime != 0 && isShown(member.pid)) return error;  // another has the pid
  return kill(member.pid, signo) == 0 ? 0 : errno;
}

}  // namespace holdfast
