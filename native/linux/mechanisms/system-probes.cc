#include "posix/port/system-probes.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "core/os-error.h"
#include "linux/kernel/cgroup.h"
#include "linux/kernel/own-proc.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/proc.h"
#include "linux/kernel/refusals.h"

namespace holdfast {

namespace {

constexpr const char* kAllowTheCall =
    "allow the call in the seccomp filter of this container or service";

int errorOfPidfdOpen() { return openPidfd(getpid()) ? 0 : errno; }

int errorOfPidfdSendSignal() {
  const UniqueFd self = openPidfd(getpid());
  return self ? signalPidfd(self.get(), 0) : errno;
}

int errorOfSubreaper() {
  int before = 0;
  if (prctl(PR_GET_CHILD_SUBREAPER, &before, 0, 0, 0) != 0) return errno;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return errno;
  (void)prctl(PR_SET_CHILD_SUBREAPER, before, 0, 0, 0);
  return 0;
}

int errorOfChildrenLists() {
  const std::string list = "/proc/self/task/" + std::to_string(getpid()) + "/children";
  return access(list.c_str(), R_OK) == 0 ? 0 : errno;
}

int errorOfOwnProc() { return procIsOurs() ? 0 : ENOENT; }

int errorOfOthersStat() { return readStat(1) ? 0 : ENOENT; }

int errorOfCgroupKill() {
  try {
    Cgroup cgroup = Cgroup::createBelowOwn("00000000000000000000probe" + std::to_string(getpid()));
    const int number = cgroup.kill() ? 0 : errno;
    cgroup.remove();
    return number;
  } catch (const OsError& error) {
    return error.number();
  }
}

}  // namespace

std::vector<Probe> systemProbes() {
  return {
      {"own /proc", "readlink /proc/self", errorOfOwnProc(),
       "without it no tree is started: mount the /proc of this PID namespace (mount -t proc)"},
      {"pidfd", "pidfd_open", errorOfPidfdOpen(),
       "without it a signal to a member has a moment between look and kill (Linux 5.3)"},
      {"pidfd signals", "pidfd_send_signal", errorOfPidfdSendSignal(),
       "without it a signal to a member has a moment between look and kill (Linux 5.1)"},
      {"clone3", "clone3", errorOfClone3(),
       "without it the root joins its cgroup by itself, before it runs the program (Linux 5.7)"},
      {"close_range", "close_range", errorOfCloseRange(),
       "without it descriptors are closed one by one (Linux 5.9)"},
      {"cgroup.kill", "write cgroup.kill", errorOfCgroupKill(),
       "without it the members of a cgroup are killed one by one (Linux 5.14, a writable cgroup2)"},
      {"subreaper", "prctl(PR_SET_CHILD_SUBREAPER)", errorOfSubreaper(),
       "without it orphans leave the guard: only `group` is left"},
      {"children lists", "read /proc/self/task/<tid>/children", errorOfChildrenLists(),
       "without it every look at a tree reads all of /proc (CONFIG_PROC_CHILDREN)"},
      {"other users in /proc", "read /proc/1/stat", errorOfOthersStat(),
       "hidden (hidepid): members that changed their user or may not be dumped are not seen"},
  };
}

std::string mechanismAdvice(const std::string& mechanism, const std::string& call, int number) {
  if (call.compare(0, 5, "prctl") == 0)
    return "a seccomp filter refuses prctl: allow PR_SET_CHILD_SUBREAPER";
  if (call.compare(0, 5, "pidfd") == 0) return kAllowTheCall;
  if (call == noOwnProc().call())
    return "mount the /proc of this PID namespace (mount -t proc proc /proc, unshare --mount-proc)";
  if (mechanism == "group" && number == EACCES)
    return "/proc hides the processes of others (hidepid): only another mechanism can hold a tree";
  if (mechanism == "cgroup" && number == ENOENT) return "mount a cgroup2 hierarchy";
  if (mechanism == "cgroup" && number == EROFS)
    return "the cgroup file system is read-only here, as in most containers";
  if (mechanism == "cgroup")
    return "run as root, or where the cgroup is delegated to this user: "
           "systemd-run --user --scope -p Delegate=yes <program>";
  if (mechanism == "namespace" && call.compare(0, 5, "mount") == 0)
    return "the container masks /proc: allow an unmasked one "
           "(docker run --security-opt systempaths=unconfined)";
  if (mechanism == "namespace")
    return "allow unprivileged user namespaces (sysctl user.max_user_namespaces, "
           "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)";
  return kAllowTheCall;
}

}  // namespace holdfast
