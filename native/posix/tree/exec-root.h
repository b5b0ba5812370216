// The way from a freshly made child to the user's program: descriptors, session, directory,
// credentials, exec, in libuv's order. An error comes back through memory that maker and child
// share, or, after openReport(), on a close-on-exec pipe.
#pragma once

#include <signal.h>

#include <vector>

#include "core/launch.h"
#include "posix/unique-fd.h"

namespace holdfast {

// What the guard changes of its own signals and gives back to a root with RootSignals::kept.
struct SignalState {
  sigset_t blocked;
  bool ignoresChildren = false;  // SIGCHLD; every other disposition stays as it is

  static SignalState current();
};

bool isIgnored(int signo);

// The step that failed on the way to exec, and its errno; step == nullptr means none did.
struct ExecFailure {
  const char* step = nullptr;
  int number = 0;
};

// Made before the child is, so that nothing has to be allocated between fork and exec.
class ExecRoot {
 public:
  // `passed`: the descriptors for the entries that say so, in their order.
  ExecRoot(const Launch& launch, const std::vector<int>& passed, SignalState kept);

  // For a child with memory of its own. Throws OsError.
  void openReport();
  // For a child that shares the maker's memory.
  void closeReport();

  // In the child. Never returns: ends in the program, or in _exit(127) after a report.
  [[noreturn]] void becomeRoot();
  // In the child: reports a failed step of the caller's own and ends.
  [[noreturn]] void fail(int step);

  // In a process between maker and root: lets go of the report, so that its end can come.
  void forgetReport() { reportWrite_.reset(); }
  // The same where maker and child share their memory and the child has ended or runs its program.
  const ExecFailure& failure() const { return failure_; }
  // In the maker: waits for exec or for the failure.
  ExecFailure waitForExec();

  // Steps, by their index in the report.
  enum Step {
    dup2Step,
    sessionStep,
    chdirStep,
    setgidStep,
    setuidStep,
    execStep,
    cgroupStep,
    capabilityStep
  };

 private:
  bool placeDescriptors();
  bool placeOne(int index);
  void restoreSignals();
  int execute();
  int executeAsScript(const std::string& program);

  const Launch& launch_;
  SignalState kept_;
  std::vector<int> sources_;           // by index; -1 where nothing was passed
  std::vector<std::string> programs_;  // the paths to try
  std::vector<char*> argv_;
  std::vector<char*> shellArgv_;  // for a script without `#!`
  std::vector<char*> envp_;
  std::string mark_;
  ExecFailure failure_;
  UniqueFd reportRead_;
  UniqueFd reportWrite_;
};

}  // namespace holdfast
