#include "linux/in-place/kernel-only.h"

#include "linux/in-place/launch-plan.h"
#include "linux/kernel/raw.h"

namespace holdfast {

void becomeGuard(Plan& plan) {
  const Digits child(plan.child());
  char name[] = "holdfast-guard";
  char mode[] = "resume";
  char* const argv[] = {name, mode, child.text(), nullptr};
  char* const home = plan.home.empty() ? nullptr : plan.homeVariable.data();
  char* const envp[] = {plan.variable.data(), home, nullptr};
  for (int fd : plan.handover.descriptors()) rawKeepOpen(fd);
  rawExecute(plan.program.c_str(), argv, envp);
}

void becomeInit(const InitPlan& plan) {
  const Digits root(plan.start.pid);
  const Digits socket(plan.initEnd);
  const Digits owner(plan.ownerFd);
  const Digits children(plan.children);
  char name[] = "holdfast-guard";
  char mode[] = "init";
  char* const argv[] = {name,   mode, root.text(), socket.text(), owner.text(), children.text(),
                        nullptr};
  char* const envp[] = {const_cast<char*>(plan.homeVariable.c_str()), nullptr};
  for (int fd : {plan.initEnd, plan.ownerFd, plan.children}) rawKeepOpen(fd);
  rawExecute(plan.program.c_str(), argv, envp);
}

}  // namespace holdfast
