#include "posix/owner/guards-stead.h"

#include <signal.h>

#include <vector>

#include "posix/port/process.h"
#include "posix/records/registry.h"

namespace holdfast {

namespace {

bool isUsable(const RegistryEntry& entry) {
  return entry.facts && entry.state != RecordState::foreign && entry.state != RecordState::corrupt;
}

// A record alone could name anybody: a guard is who also holds it.
bool isHeldByGuard(const RegistryEntry& entry) {
  const Identity& guard = entry.facts->guard;
  return entry.locked && memberNow(guard) && holdsLock(guard.pid, entry.path);
}

bool isHeldByNobody(const RegistryEntry& entry) {
  return !entry.locked && !memberNow(entry.facts->guard);
}

const RegistryEntry* entryOf(const Registry& registry, const std::string& treeId) {
  for (const RegistryEntry& entry : registry.entries)
    if (isUsable(entry) && entry.facts->treeId == treeId) return &entry;
  return nullptr;
}

}  // namespace

std::optional<Identity> continueGuard(const std::string& home, const std::string& treeId) {
  const Registry registry = readRegistry(home);
  const RegistryEntry* entry = entryOf(registry, treeId);
  if (entry == nullptr || !isHeldByGuard(*entry)) return std::nullopt;
  const Identity& guard = entry->facts->guard;
  const auto now = memberNow(guard);
  if (!now || now->state != 'T' || signalProcess(guard, SIGCONT) != 0) return std::nullopt;
  return guard;
}

std::optional<TreeReport> endInGuardsStead(const std::string& home, const std::string& treeId) {
  const Registry registry = readRegistry(home);
  const RegistryEntry* entry = entryOf(registry, treeId);
  if (entry == nullptr) return std::nullopt;
  const bool stuck = isHeldByGuard(*entry);
  if (!stuck && !isHeldByNobody(*entry)) return std::nullopt;
  std::vector<RecordFacts> spared;
  for (const RegistryEntry& other : registry.entries)
    if (isUsable(other) && &other != entry) spared.push_back(*other.facts);
  return recoverTrees({{entry->path, *entry->facts, stuck}}, spared).front();
}

}  // namespace holdfast
