#include "guard/front/launch.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "guard/supervisor/callers.h"
#include "guard/supervisor/stdin-watch.h"
#include "guard/tree-id.h"
#include "posix/port/process.h"

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
  if (!launch.terms.owner) {
    launch.terms.owner = owner;
  } else {
    launch.terms.front->owners.push_back(owner);
  }
}

void addCaller(Launch& launch) {
  const Callers& callers = launch.terms.front->callers;
  // The end of the first process is the end of all.
  if (callers.chain.empty() || callers.above.pid > 1) addOwner(launch, callers.above);
}

}  // namespace

Launch launchForFront(const RunOptions& run) {
  if (run.ownerIsStdin) requireOwningInput();
  Launch launch = launchOf(run, newTreeId(), std::getenv("HOLDFAST_TREE"));
  for (char** pair = environ; *pair != nullptr; ++pair)
    if (std::strncmp(*pair, "HOLDFAST_TREE=", 14) != 0) launch.env.emplace_back(*pair);
  launch.rootSignals = RootSignals::kept;
  // At once: a caller that has ended cannot be found any more.
  const Identity front = ownIdentity();
  launch.terms.front = FrontTerms{front, {}, findCallers(front.pid), run.ownerIsStdin};
  for (const Identity& owner : run.owners) addOwner(launch, owner);
  if (run.ownerIsParent) addCaller(launch);
  return launch;
}

}  // namespace holdfast
