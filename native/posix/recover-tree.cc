#include "posix/recover-tree.h"

#include <poll.h>

#include <algorithm>

#include "core/os-error.h"
#include "core/report.h"
#include "posix/clock.h"
#include "posix/process.h"
#include "posix/record.h"

namespace holdfast {

namespace {

constexpr std::int64_t kProofMs = 4500;  // as long as a living guard takes
constexpr int kLongestPauseMs = 50;

struct Recovery {
  std::size_t killed = 0;
  std::vector<Member> survivors;
};

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

// A record that could not be taken over is found by the search for abandoned trees.
void removeRecord(const TreeFacts& facts) {
  if (facts.record.empty()) return;
  try {
    Record::adopt(facts.record, facts.treeId).remove();
  } catch (const OsError&) {
    return;
  }
}

}  // namespace

std::vector<std::string> recoverTree(const TreeFacts& facts) {
  const std::int64_t begun = nowMs();
  const std::unique_ptr<Leftovers> leftovers = findLeftovers(facts);
  const Recovery recovery = endLeftovers(*leftovers);
  std::vector<std::string> lines;
  for (const Member& member : recovery.survivors)
    lines.push_back("survivor " + describe(member.identity) + ' ' +
                    (member.state == 'D' ? "uninterruptible" : "denied") + ' ' +
                    escapeField(member.name));
  if (recovery.survivors.empty()) {
    leftovers->dissolve();
    removeRecord(facts);
  }
  lines.push_back("empty guard-died 0 " + std::to_string(recovery.killed) + ' ' +
                  std::to_string(nowMs() - begun));
  return lines;
}

}  // namespace holdfast
