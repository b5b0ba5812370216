// What the records in a user's directory call for: which trees are to be ended, whose members are
// not to be touched, and what is only to be told.
#pragma once

#include <vector>

#include "posix/port/abandoned-trees.h"
#include "posix/records/registry.h"
#include "posix/recovery/recovery.h"

namespace holdfast {

struct CleanupPlan {
  std::vector<AbandonedTree> ended;
  std::vector<RecordFacts> spared;
  std::vector<TreeReport> told;  // of every record that is left alone
};

// A guard counts as stuck when its tree is at least that old.
CleanupPlan planFor(const Registry& registry, std::uint64_t minAgeMs);

// All trees of a plan, those to be ended first and in their order.
std::vector<TreeClaim> claimsOf(const CleanupPlan& plan);

// Nobody locks the record, and the guard that it names is gone.
bool isAbandoned(const RegistryEntry& entry);

}  // namespace holdfast
