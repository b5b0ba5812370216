#include "guard/front-launch.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "guard/callers.h"
#include "guard/stdin-watch.h"
#include "guard/tree-id.h"
#include "posix/process.h"

extern char** environ;

namespace holdfast {

namespace {

void requireOwningInput() {
  if (const char* why = whyNoOwner(STDIN_FILENO))
    throw UsageError(std::string("--owner stdin expects a pipe, a socket or a terminal as standard "
                                 "input, got ") +
                     why);
}

// The first owner is the record's, too.
void addOwner(Launch& launch, const Identity& owner) {
  if (!launch.owner) {
    launch.owner = owner;
  } else {
    launch.front->owners.push_back(owner);
  }
}

}  // namespace

Launch launchForFront(const RunOptions& run) {
  if (run.ownerIsStdin) requireOwningInput();
  Launch launch = launchOf(run, newTreeId(), std::getenv("HOLDFAST_TREE"));
  for (char** pair = environ; *pair != nullptr; ++pair)
    if (std::strncmp(*pair, "HOLDFAST_TREE=", 14) != 0) launch.env.emplace_back(*pair);
  launch.rootSignals = RootSignals::kept;
  const Callers callers = findCallers();
  launch.front = FrontTerms{ownIdentity(), {}, callers.chain, {}, run.ownerIsStdin};
  if (callers.isClient && hangsUp(STDIN_FILENO))
    launch.front->client = identityOf(callers.above.pid);
  for (const Identity& owner : run.owners) addOwner(launch, owner);
  // The end of the first process is the end of all.
  const bool isCalled = !callers.chain.empty() && callers.above.pid <= 1;
  if (run.ownerIsParent && !isCalled) addOwner(launch, callers.above);
  return launch;
}

}  // namespace holdfast
