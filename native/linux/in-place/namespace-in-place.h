// A tree's PID namespace for a maker that shares its owner's memory. The init shares it, too, until
// the root runs; then the init becomes a program of its own, `holdfast-guard init`.
#pragma once

#include <string>

#include "linux/kernel/clone.h"
#include "linux/mechanisms/init-socket.h"
#include "linux/mechanisms/namespace-init.h"

namespace holdfast {

struct InitPlan {
  // The guard is this process. `owner`: as in InitLife. Throws OsError.
  InitPlan(const std::string& program, const std::string& homeVariable, const SharingRoot& start,
           int owner);

  const std::string& program;
  const std::string& homeVariable;  // HOLDFAST_HOME=value
  SharingRoot start;
  UserIds ids;
  // Plain numbers: what is freed with the owner's memory is not the owner's descriptor.
  int ownerFd;
  int guardEnd;  // of the socket between guard and init
  int initEnd;
  int guardPidfd;
  int children = -1;  // the kernel's list of the init's
  ChildStack stack;
  Sharing sharing;
  int pid = 0;  // of the init, there before its first step
};

// The maker stands still until init has become a program or has ended. 0 or an errno; when there
// is no root `plan.start.exec` says so.
int startInit(InitPlan& plan);

}  // namespace holdfast
