// What stands in a tree's record: everything needed to find the tree and its guard, and to
// recognise its members after a crash of both owner and guard. One `<key> <value>` a line, written
// by the guard and read by everybody else, who checks every byte of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/identity.h"
#include "core/mechanism.h"

namespace holdfast {

struct RecordFacts {
  std::string treeId;
  std::string label;  // or empty
  std::string mark;
  std::uint32_t uid = 0;
  // Where pids mean what they say here; empty where the system does not tell.
  std::string machine;
  std::string boot;
  std::string pidNamespace;
  Identity owner;
  Identity guard;
  Identity root;  // pid 0: not told yet
  Mechanism mechanism = Mechanism::subreaper;
  std::vector<EscapeRoute> escapable;
  std::string cgroup;         // path of the tree's own, or empty
  std::string cgroups;        // of the guard, as /proc/self/cgroup shows them; empty: unknown
  std::string socket;         // beside the record; empty: nobody listens
  std::string file;           // chosen by the user: escape before printing
  std::uint64_t created = 0;  // seconds since 1970
  bool released = false;
};

// The largest text that is read as a record.
inline constexpr std::size_t kLongestRecord = 64 << 10;

std::string recordText(const RecordFacts& facts);
// What becomes known later, one line each.
std::string rootLine(const Identity& root);
std::string socketLine(std::string_view socket);
std::string releasedLine();

// The facts, or the reason why the text is not a record. Unknown keys are ignored. So is a last
// line without a newline: a full disk has cut it off.
struct ParsedRecord {
  std::optional<RecordFacts> facts;
  std::string problem;
};
ParsedRecord parseRecord(std::string_view text);

// What a record says about its tree, seen from here and now.
enum class RecordState {
  live,       // a guard holds it
  abandoned,  // nobody does: owner and guard have died
  released,   // its members live on, whoever died
  foreign,    // of another machine, boot, pid namespace or user: neither used nor deleted
  corrupt,    // nothing that a guard has written
};

std::string_view nameOf(RecordState state);

}  // namespace holdfast
