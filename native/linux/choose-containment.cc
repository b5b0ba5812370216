#include "posix/choose-containment.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "core/os-error.h"
#include "core/report.h"
#include "linux/cgroup-containment.h"
#include "linux/group.h"
#include "linux/pid-namespace.h"
#include "linux/proc.h"
#include "posix/handover.h"

namespace holdfast {

namespace {

std::unique_ptr<Containment> make(Mechanism mechanism, const Launch& launch,
                                  const Surroundings& surroundings) {
  switch (mechanism) {
    case Mechanism::cgroup: return std::make_unique<CgroupContainment>(launch.treeId);
    case Mechanism::pidNamespace: return std::make_unique<PidNamespace>(surroundings);
    case Mechanism::subreaper: return std::make_unique<Subreaper>();
    case Mechanism::group: return std::make_unique<Group>(launch);
    default: throw OsError("no such mechanism on Linux", ENOTSUP);
  }
}

void disinheritOne(int fd, Others others) {
  if (others == Others::close) {
    UniqueFd(fd).reset();
  } else {
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);  // EBADF: closed meanwhile
  }
}

bool disinheritRange(unsigned first, unsigned last, Others others) {
  constexpr unsigned kCloseOnExec = 1u << 2;  // CLOSE_RANGE_CLOEXEC, Linux 5.11
  if (first > last) return true;
  const unsigned flags = others == Others::closeOnExec ? kCloseOnExec : 0;
  return syscall(SYS_close_range, first, last, flags) == 0;
}

// Without /proc only close-on-exec protects what is open.
std::vector<int> openDescriptors() { return numbersNamedIn("/proc/self/fd"); }

}  // namespace

const EscapeRoute* refusedAmong(const std::vector<EscapeRoute>& open, const Launch& launch) {
  for (const EscapeRoute& refused : launch.refused)
    if (std::find(open.begin(), open.end(), refused) != open.end()) return &refused;
  return nullptr;
}

Choice chooseContainment(const Launch& launch, const Surroundings& surroundings) {
  Choice choice;
  for (Mechanism mechanism : launch.mechanisms) {
    const std::string name(nameOf(mechanism));
    try {
      std::unique_ptr<Containment> candidate = make(mechanism, launch, surroundings);
      const EscapeRoute* refused = refusedAmong(candidate->escapable(), launch);
      if (refused == nullptr) {
        choice.containment = std::move(candidate);
        return choice;
      }
      candidate->dissolve();
      choice.passedOver.push_back(name + " leaves-open:" + std::string(nameOf(*refused)) +
                                  " REFUSED 0");
    } catch (const OsError& error) {
      choice.passedOver.push_back(name + ' ' + escapeField(error.call()) + ' ' +
                                  errorName(error.number()) + ' ' + std::to_string(error.number()));
    }
  }
  return choice;
}

std::unique_ptr<Containment> resumeContainment(const Handover& handover) {
  switch (handover.mechanism) {
    case Mechanism::cgroup:
      return std::make_unique<CgroupContainment>(
          handover.root, Cgroup(handover.cgroup, ownAgain(handover.holder)));
    case Mechanism::pidNamespace: return std::make_unique<PidNamespace>(handover);
    case Mechanism::group: return std::make_unique<Group>(handover.terms, handover.root);
    default: return std::make_unique<Subreaper>(handover.root);
  }
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

int readSignal(int signals) {
  signalfd_siginfo info{};
  return read(signals, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

void setCloseOnExec(int fd) { (void)fcntl(fd, F_SETFD, FD_CLOEXEC); }

void closeInherited() {
  for (int fd : openDescriptors())
    if (fd > 2 && fcntl(fd, F_GETFD) == 0) UniqueFd(fd).reset();
}

void disinherit(int kept, Others others) {
  const auto keptFd = static_cast<unsigned>(kept);
  const bool below = kept <= 3 || disinheritRange(3, keptFd - 1, others);
  if (below && disinheritRange(std::max(3u, keptFd + 1), ~0u, others)) return;
  for (int fd : openDescriptors())
    if (fd > 2 && fd != kept) disinheritOne(fd, others);
}

}  // namespace holdfast
