// `holdfast cleanup`: finds what crashes have left behind, by the records in this user's directory,
// ends what is proven to be ours, and reports the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/records/cleanup-report.h"

namespace holdfast {

struct CleanupTerms {
  std::string home;  // HOLDFAST_HOME, or empty
  bool dryRun = false;
  // Of evidence that is no proof: a stuck guard, a suspect, a stray cgroup. A record that nobody
  // locks needs no age.
  std::uint64_t minAgeMs = 60000;
};

// Throws OsError when the directory cannot be read or is not to be trusted.
CleanupReport cleanup(const CleanupTerms& terms);

// A process that spawns, and looks for abandoned trees once.
struct Seeker {
  std::string home;
  // The mark of the tree that it has launched. Trees around that one are not ended unasked.
  std::string mark;
};

// Ends abandoned trees and nothing else.
void recoverAbandoned(const Seeker& seeker);
// Whether there is an abandoned tree. False when that cannot be found out.
bool hasAbandoned(const Seeker& seeker);

// Every test of one process and its result. Signals nothing.
Explanation explain(const std::string& home, int pid);

}  // namespace holdfast
