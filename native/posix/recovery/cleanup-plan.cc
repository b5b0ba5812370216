#include "posix/recovery/cleanup-plan.h"

#include "posix/port/process.h"
#include "posix/records/stuck-guards.h"

namespace holdfast {

namespace {

std::string reasonOf(const RegistryEntry& entry) {
  if (!entry.reason.empty()) return entry.reason;
  if (entry.state == RecordState::released) return "it has been released";
  if (lives(entry.facts->guard)) return "its guard is alive";
  return "another process recovers it";
}

// Whether only the guard's silence is missing.
bool mayBeStuck(const RegistryEntry& entry, std::uint64_t minAgeMs) {
  if (entry.state != RecordState::live) return false;
  const RecordFacts& facts = *entry.facts;
  const bool ownerKnown = facts.owner.pid > 0 && facts.owner.startTime > 0;
  const auto guard = memberNow(facts.guard);
  return ownerKnown && !lives(facts.owner) && guard && guard->ageMs >= minAgeMs;
}

bool counts(const RegistryEntry& entry) {
  return entry.facts && entry.state != RecordState::foreign && entry.state != RecordState::corrupt;
}

}  // namespace

bool isAbandoned(const RegistryEntry& entry) {
  return entry.state == RecordState::abandoned && !lives(entry.facts->guard);
}

CleanupPlan planFor(const Registry& registry, std::uint64_t minAgeMs) {
  CleanupPlan plan;
  std::vector<const RegistryEntry*> doubtful;
  for (const RegistryEntry& entry : registry.entries) {
    if (isAbandoned(entry)) {
      plan.ended.push_back({entry.path, *entry.facts, false});
    } else if (mayBeStuck(entry, minAgeMs)) {
      doubtful.push_back(&entry);
    } else {
      plan.told.push_back(reportOn(entry, reasonOf(entry)));
      if (counts(entry)) plan.spared.push_back(*entry.facts);
    }
  }
  const std::vector<bool> stuck = areStuck(doubtful);
  for (std::size_t i = 0; i < doubtful.size(); ++i) {
    const RegistryEntry& entry = *doubtful[i];
    if (stuck[i]) {
      plan.ended.push_back({entry.path, *entry.facts, true});
    } else {
      plan.told.push_back(reportOn(entry, "its owner is dead and its guard is at work"));
      plan.spared.push_back(*entry.facts);
    }
  }
  return plan;
}

std::vector<TreeClaim> claimsOf(const CleanupPlan& plan) {
  std::vector<TreeClaim> claims;
  for (const AbandonedTree& tree : plan.ended)
    claims.push_back({tree.facts, TreeClaim::Fate::ended, tree.guardIsStuck});
  for (const RecordFacts& facts : plan.spared)
    claims.push_back({facts, TreeClaim::Fate::spared, false});
  return claims;
}

}  // namespace holdfast
