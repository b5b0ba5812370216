// What the records in a user's directory say about their trees, and the lines in which it is told.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/member.h"
#include "core/records/record.h"

namespace holdfast {

struct RegistryEntry {
  std::string path;
  RecordState state = RecordState::corrupt;
  // Nothing when the record is corrupt or another user's.
  std::optional<RecordFacts> facts;
  std::string reason;   // why it is foreign or corrupt, in words
  bool locked = false;  // somebody holds it: of a released tree, the guard lives
  // Of those that the facts name, if they live; nobody of a foreign record.
  std::vector<Member> processes;
};

struct Registry {
  std::string directory;  // empty: there is none
  std::vector<RegistryEntry> entries;
  // Files of guards that died while they made or removed a record: temporary ones, and sockets
  // without a record.
  std::vector<std::string> litter;
};

// What keeps a file from being read as a record.
struct RecordRefusal {
  RecordState state;
  std::string reason;
};

// What a file of this name says. Throws RecordRefusal.
RecordFacts factsIn(const std::string& content, std::string_view name);
// By its facts, its lock, and whatever reason there is to call it foreign.
RecordState stateOf(const RegistryEntry& entry);

// The lines of `records.read` (lib/addon/binding.ts).
std::vector<std::string> linesOf(const Registry& registry);

}  // namespace holdfast
