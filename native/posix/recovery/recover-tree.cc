#include "posix/recovery/recover-tree.h"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "core/facts.h"
#include "core/os-error.h"
#include "posix/clock.h"
#include "posix/port/process.h"
#include "posix/records/record.h"
#include "posix/records/registry.h"

namespace holdfast {

namespace {

constexpr std::int64_t kProofMs = 4500;  // as long as a living guard takes
constexpr int kLongestPauseMs = 50;

struct Recovery {
  std::size_t killed = 0;
  std::vector<Member> survivors;
};

std::string whyAlive(const Member& member) {
  return whyAlive(member, signalProcess(member.identity, SIGKILL) == EPERM);
}

std::vector<std::string> survivorLines(const Recovery& recovery, bool released) {
  std::vector<std::string> lines;
  for (const Member& member : recovery.survivors)
    lines.push_back(survivorLine(member, released ? "alive" : whyAlive(member)));
  return lines;
}

// Somebody may be left whom /proc hides. The root, which has been ended, stands for that.
std::string unseenLine(const TreeFacts& facts) {
  Member root;
  root.identity = facts.root;
  return survivorLine(root, "unseen");
}

Recovery endLeftovers(Leftovers& leftovers) {
  const std::int64_t deadline = nowMs() + kProofMs;
  Recovery recovery;
  for (int pause = 1;; pause = std::min(pause * 2, kLongestPauseMs)) {
    recovery.killed += leftovers.killAll();
    recovery.survivors = leftovers.members();
    if (recovery.survivors.empty() || nowMs() >= deadline) return recovery;
    (void)poll(nullptr, 0, pause);  // the kernel needs a moment for the dying
  }
}

// Under lock, so that no clean-up does the same meanwhile. One that could not be taken over is
// being recovered already, or is found by the search for abandoned trees.
std::optional<Record> takeRecord(const TreeFacts& facts) {
  try {
    if (!facts.record.empty()) return Record::adopt(facts.record, facts.treeId);
  } catch (const OsError&) {
    return std::nullopt;
  }
  return std::nullopt;
}

bool isReleased(const TreeFacts& facts) {
  try {
    const auto entry = facts.record.empty() ? std::nullopt : readEntry(facts.record);
    return entry && entry->facts && entry->facts->released;
  } catch (const OsError&) {
    return false;
  }
}

}  // namespace

std::vector<std::string> recoverTree(const TreeFacts& facts) {
  const std::int64_t begun = nowMs();
  std::optional<Record> record = takeRecord(facts);
  const bool released = isReleased(facts);
  const std::unique_ptr<Leftovers> leftovers = findLeftovers(facts);
  const Recovery recovery = released ? Recovery{0, leftovers->members()} : endLeftovers(*leftovers);
  std::vector<std::string> lines = survivorLines(recovery, released);
  if (lines.empty()) {
    leftovers->dissolve();
    if (record) record->remove();
    if (facts.root.pid > 0 && !leftovers->seesAll()) lines.push_back(unseenLine(facts));
  }
  lines.push_back(lineOf(fact::Empty{EndReason::guardDied, 0, recovery.killed, nowMs() - begun}));
  return lines;
}

}  // namespace holdfast
