// Starts one guard, hands it the launch and waits for its answer; what it costs does not grow
// with the caller's memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "posix/owner/guard-channel.h"

namespace holdfast {

struct GuardStart {
  std::string guardPath;
  std::string home;  // HOLDFAST_HOME, or empty
  std::string_view request;
  std::vector<int> descriptors;
  std::vector<std::string> recovery;  // lines for `recover`, beside the facts
  int deadlineMs = 30000;
};

struct StartedGuard {
  GuardChannel channel;
  Answer answer;
  std::uint64_t number = 0;  // among the guards of this process; 0: it has ended
};

// Throws OsError: the guard could not be started or did not answer; its tree, if any, ends.
StartedGuard startGuard(const GuardStart& start);

// A guard that somebody has stopped goes on; for any other this means nothing.
void continueGuard(const StartedGuard& guard);
// SIGKILL, for one that does not answer: its tree is recovered.
void endGuard(const StartedGuard& guard);

// Starts the guard program with `socket`, unless that is -1, at descriptor 3. The pid. Throws
// OsError.
int spawnGuardProgram(const std::string& path, const std::vector<std::string>& arguments,
                      const std::string& home, int socket);

}  // namespace holdfast
