// What a clean-up has found and done, for each record, each suspicious process and each stray
// file, and the lines in which it is told (docs/protocol.md, "Cleanup").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/member.h"
#include "core/records/membership.h"
#include "core/records/registry.h"

namespace holdfast {

// How sure it is that something is ours to end.
enum class Tier {
  proven,   // A: an abandoned tree
  stuck,    // B: its owner is dead and its guard does not answer
  suspect,  // C: reported, never signalled
  never,    // D
};

char letterOf(Tier tier);

// `left`: it should have gone, and something of it has not. The others speak for themselves.
enum class Action { none, ended, removed, left, wouldEnd, wouldRemove };

std::string_view nameOf(Action action);

struct KinReport {
  Member process;
  Kinship kinship;
};

struct SurvivorReport {
  Member process;
  std::string why;  // `denied`, `uninterruptible`, `alive`; `self`: it called for this, or below it
};

struct TreeReport {
  std::string id;  // empty: the record does not tell
  std::string label;
  std::string record;  // path
  std::string state;
  Tier tier = Tier::never;
  Action action = Action::none;
  std::string reason;  // in words
  std::vector<KinReport> members;
  std::size_t killed = 0;
  std::vector<SurvivorReport> survivors;
};

struct SuspectReport {
  Member process;
  std::string mark;
  Doubt doubt = Doubt::none;
};

struct LitterReport {
  std::string path;
  Action action = Action::none;
};

struct CleanupReport {
  std::vector<TreeReport> trees;
  std::vector<SuspectReport> suspects;
  std::vector<LitterReport> litter;
};

std::vector<std::string> linesOf(const CleanupReport& report);

// As long as nothing has been done about what the record tells of, and nothing speaks for that.
TreeReport reportOn(const RegistryEntry& entry, std::string reason);

// What a dead guard would have told of the end of its tree: the survivors, and that it is over.
std::vector<std::string> endLinesOf(const TreeReport& report, std::int64_t durationMs);

// One test of one process, for whoever wants to know why it is ended or left alone.
struct TestReport {
  std::string name;
  bool holds = false;
  std::string detail;  // what was found
};

struct Explanation {
  std::vector<TestReport> tests;
  Tier tier = Tier::never;
  std::string reason;  // in words
};

std::vector<std::string> linesOf(const Explanation& explanation);

}  // namespace holdfast
