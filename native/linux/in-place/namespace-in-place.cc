#include "linux/in-place/namespace-in-place.h"

#include <unistd.h>

#include <cerrno>

#include "core/os-error.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/raw.h"
#include "linux/kernel/self/tracing.h"

namespace holdfast {

namespace {

// The owner may be beside us again: only the kernel is used. Returns when that refuses.
void becomeInit(const InitPlan& plan) {
  const Digits root(plan.root.pid);
  const Digits socket(plan.initEnd);
  const Digits owner(plan.ownerFd);
  char name[] = "holdfast-guard";
  char mode[] = "init";
  char* const argv[] = {name, mode, root.text(), socket.text(), owner.text(), nullptr};
  char* const envp[] = {const_cast<char*>(plan.home.c_str()), nullptr};
  for (int fd : {plan.initEnd, plan.ownerFd}) rawKeepOpen(fd);
  rawExecute(plan.program.c_str(), argv, envp);
}

void runSharingInit(void* shared) {
  const InitPlan& plan = *static_cast<InitPlan*>(shared);
  try {
    settleNamespace(plan.ids, plan.guardPidfd);
    keepTracing();
  } catch (const OsError&) {
    rawExit(1);  // there is no root
  }
  const int error = startSharingRoot(plan.root);
  if (error == 0 && plan.root.root.failure().step == nullptr) becomeInit(plan);
  rawExit(1);
}

}  // namespace

InitPlan::InitPlan(const std::string& path, const std::string& state, const SharingRoot& start,
                   int owner)
    : program(path), home(state), root(start), ids({geteuid(), getegid()}), ownerFd(owner) {
  InitSocket pair = makeInitSocket();
  UniqueFd guard = openPidfd(getpid());
  if (!guard) throw OsError::last("pidfd_open");
  guardEnd = pair.outside.release();
  initEnd = pair.inside.release();
  guardPidfd = guard.release();
}

int startInit(InitPlan& plan) {
  int error = EPERM;
  if (geteuid() == 0)
    error = startSharingInit(
        {kRootsNamespaces, plan.stack, plan.sharing, runSharingInit, &plan, plan.pid});
  if (error != EPERM) return error;
  return startSharingInit(
      {kUsersNamespaces, plan.stack, plan.sharing, runSharingInit, &plan, plan.pid});
}

}  // namespace holdfast
