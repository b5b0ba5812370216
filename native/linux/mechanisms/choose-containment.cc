#include "posix/tree/choose-containment.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "core/os-error.h"
#include "core/report.h"
#include "linux/mechanisms/cgroup-containment.h"
#include "linux/mechanisms/group.h"
#include "linux/kernel/numbers.h"
#include "linux/kernel/own-proc.h"
#include "linux/mechanisms/pid-namespace.h"
#include "linux/kernel/proc.h"
#include "posix/tree/handover.h"
#include "posix/port/process.h"

namespace holdfast {

namespace {

// Where there is a choice, nothing that the program can see shall change.
std::unique_ptr<Containment> makeCgroup(const Terms& terms) {
  const bool preferred = terms.mechanisms.size() > 1;
  const std::string limit = preferred ? Cgroup::limitThatWouldHide() : std::string();
  if (!limit.empty())
    throw OsError("let the program see the " + limit + " of its service", ENOTSUP);
  return std::make_unique<CgroupContainment>(terms.treeId);
}

// Whom it does not see is nobody to it.
std::unique_ptr<Containment> makeGroup(const Terms& terms) {
  if (procHidesProcesses()) throw OsError("see the processes of others in /proc", EACCES);
  return std::make_unique<Group>(terms);
}

std::unique_ptr<Containment> make(Mechanism mechanism, const Terms& terms,
                                  const Surroundings& surroundings) {
  requireOwnProc();  // by which members are told from others
  switch (mechanism) {
    case Mechanism::cgroup: return makeCgroup(terms);
    case Mechanism::pidNamespace:
      return surroundings.inPlace ? std::make_unique<PidNamespace>()
                                  : std::make_unique<PidNamespace>(surroundings);
    case Mechanism::subreaper: return std::make_unique<Subreaper>();
    case Mechanism::group: return makeGroup(terms);
    default: throw OsError("no such mechanism on Linux", ENOTSUP);
  }
}

bool closeRange(unsigned first, unsigned last) {
  return first > last || syscall(SYS_close_range, first, last, 0) == 0;
}

// Without /proc only close-on-exec protects what is open.
std::vector<int> openDescriptors() { return numbersNamedIn("/proc/self/fd"); }

}  // namespace

const EscapeRoute* refusedAmong(const std::vector<EscapeRoute>& open, const Terms& terms) {
  for (const EscapeRoute& refused : terms.refused)
    if (std::find(open.begin(), open.end(), refused) != open.end()) return &refused;
  return nullptr;
}

Choice chooseContainment(const Terms& terms, const Surroundings& surroundings) {
  Choice choice;
  for (Mechanism mechanism : terms.mechanisms) {
    const std::string name(nameOf(mechanism));
    try {
      std::unique_ptr<Containment> candidate = make(mechanism, terms, surroundings);
      const EscapeRoute* refused = refusedAmong(candidate->escapable(), terms);
      if (refused == nullptr) {
        choice.containment = std::move(candidate);
        return choice;
      }
      candidate->dissolve();
      const std::string open = "leaves " + std::string(nameOf(*refused)) + " open";
      choice.passedOver.push_back(name + ' ' + escapeField(open) + " REFUSED 0");
    } catch (const OsError& error) {
      choice.passedOver.push_back(name + ' ' + escapeField(error.call()) + ' ' +
                                  errorName(error.number()) + ' ' + std::to_string(error.number()));
    }
  }
  return choice;
}

std::unique_ptr<Containment> resumeContainment(const Handover& handover, int child,
                                               const Identity& root) {
  switch (handover.mechanism) {
    case Mechanism::cgroup:
      return std::make_unique<CgroupContainment>(
          root, Cgroup(handover.cgroup, ownAgain(handover.cgroupDirectory)));
    case Mechanism::pidNamespace:
      return std::make_unique<PidNamespace>(child, ownAgain(handover.initSocket));
    case Mechanism::group: return std::make_unique<Group>(handover.terms, root);
    default: return std::make_unique<Subreaper>(root);
  }
}

// Init does not let go of the dead root before the guard tells it to.
Identity rootBelow(const Handover& handover, int child) {
  if (handover.mechanism != Mechanism::pidNamespace) return identityOfChild(child);
  const std::vector<int> children = childrenOf(child);
  return children.empty() ? Identity{} : identityOfChild(children.front());
}

UniqueFd openChildSignals() {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  return openSignals(children);
}

UniqueFd openSignals(const sigset_t& signals) {
  UniqueFd fd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) throw OsError::last("signalfd");
  return fd;
}

// What a process causes has a code of 0 or less, what a child's end causes one of CLD_*
// (sigaction(2)).
TakenSignal takeSignal(int signals) {
  signalfd_siginfo info{};
  if (read(signals, &info, sizeof info) != sizeof info) return {};
  return {static_cast<int>(info.ssi_signo), static_cast<int>(info.ssi_pid), info.ssi_code <= 0,
          info.ssi_code == SI_KERNEL};
}

void setCloseOnExec(int fd) { (void)fcntl(fd, F_SETFD, FD_CLOEXEC); }

void closeInherited() {
  for (int fd : openDescriptors())
    if (fd > 2 && fcntl(fd, F_GETFD) == 0) UniqueFd(fd).reset();
}

void closeAllBut(const std::set<int>& kept) {
  unsigned first = 3;
  bool closed = true;
  for (int fd : kept) {
    if (fd <= 2) continue;
    setCloseOnExec(fd);
    closed = closed && closeRange(first, static_cast<unsigned>(fd) - 1);
    first = static_cast<unsigned>(fd) + 1;
  }
  if (closed && closeRange(first, ~0u)) return;
  for (int fd : openDescriptors())
    if (fd > 2 && kept.count(fd) == 0) UniqueFd(fd).reset();
}

}  // namespace holdfast
