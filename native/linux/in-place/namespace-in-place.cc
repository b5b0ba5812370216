#include "linux/in-place/namespace-in-place.h"

#include <unistd.h>

#include <cerrno>

#include "core/os-error.h"
#include "linux/in-place/kernel-only.h"
#include "linux/kernel/pidfd.h"
#include "linux/kernel/raw.h"
#include "linux/kernel/self/tracing.h"
#include "linux/processes/own-children.h"

namespace holdfast {

namespace {

void runSharingInit(void* shared) {
  InitPlan& plan = *static_cast<InitPlan*>(shared);
  try {
    settleNamespace(plan.ids, plan.guardPidfd);
    keepTracing();
    plan.children = OwnChildren().release().release();
  } catch (const OsError&) {
    rawExit(1);  // there is no root
  }
  const int error = startSharingRoot(plan.start);
  if (error == 0 && plan.start.exec.failure().step == nullptr) becomeInit(plan);
  rawExit(1);
}

}  // namespace

InitPlan::InitPlan(const std::string& path, const std::string& home, const SharingRoot& rootStart,
                   int owner)
    : program(path),
      homeVariable(home),
      start(rootStart),
      ids({geteuid(), getegid()}),
      ownerFd(owner) {
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
    error = startPausing(
        {kRootsNamespaces, -1, plan.stack, plan.sharing, runSharingInit, &plan, plan.pid});
  if (error != EPERM) return error;
  return startPausing(
      {kUsersNamespaces, -1, plan.stack, plan.sharing, runSharingInit, &plan, plan.pid});
}

}  // namespace holdfast
