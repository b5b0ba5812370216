// Who counts as a member of an abandoned tree: the rules of docs/guarantees.md as a table.

#include <string>

#include "core/records/membership.h"
#include "expect.h"

namespace holdfast::test {

namespace {

// A process that fulfils everything that is asked of a marked one.
Evidence marked() {
  Evidence evidence;
  evidence.isMarked = true;
  evidence.hasUser = true;
  evidence.hasPidNamespace = true;
  evidence.hasCgroups = true;
  evidence.isYounger = true;
  evidence.isOrphan = true;
  return evidence;
}

struct Case {
  const char* words;
  Evidence evidence;
  Verdict verdict;
};

template <typename Change>
Evidence with(Evidence evidence, Change change) {
  change(evidence);
  return evidence;
}

const Case kCases[] = {
    {"a stranger is none", {}, {}},
    {"a marked orphan is one", marked(), {Kinship::mark, Doubt::none}},
    {"not of another user",
     with(marked(), [](Evidence& e) { e.hasUser = false; }),
     {Kinship::none, Doubt::otherUser}},
    {"not of another pid namespace",
     with(marked(), [](Evidence& e) { e.hasPidNamespace = false; }),
     {Kinship::none, Doubt::otherPidNamespace}},
    {"not of another cgroup",
     with(marked(), [](Evidence& e) { e.hasCgroups = false; }),
     {Kinship::none, Doubt::otherCgroup}},
    {"not older than the guard",
     with(marked(), [](Evidence& e) { e.isYounger = false; }),
     {Kinship::none, Doubt::olderThanGuard}},
    {"not with a parent that lives",
     with(marked(), [](Evidence& e) { e.isOrphan = false; }),
     {Kinship::none, Doubt::notOrphaned}},
    {"the root needs the mark",
     with({}, [](Evidence& e) { e.isRoot = true; }),
     {Kinship::none, Doubt::unmarkedRoot}},
    {"the root needs no orphan's parent",
     with(marked(), [](Evidence& e) { e.isRoot = true, e.isOrphan = e.hasCgroups = false; }),
     {Kinship::root, Doubt::none}},
    {"the root needs the user",
     with(marked(), [](Evidence& e) { e.isRoot = true, e.hasUser = false; }),
     {Kinship::none, Doubt::otherUser}},
    {"the root needs the pid namespace",
     with(marked(), [](Evidence& e) { e.isRoot = true, e.hasPidNamespace = false; }),
     {Kinship::none, Doubt::otherPidNamespace}},
    {"a cgroup is enough",
     with({}, [](Evidence& e) { e.inCgroup = true; }),
     {Kinship::cgroup, Doubt::none}},
    {"descent is enough",
     with({}, [](Evidence& e) { e.descends = true; }),
     {Kinship::descendant, Doubt::none}},
    {"a guard that does not answer is one",
     with({}, [](Evidence& e) { e.isGuard = true; }),
     {Kinship::guard, Doubt::none}},
    {"whoever asks is left alone",
     with(marked(), [](Evidence& e) { e.isSelf = true; }),
     {Kinship::mark, Doubt::self}},
    {"a live tree inside is left alone",
     with({}, [](Evidence& e) { e.inCgroup = e.inLiveTree = true; }),
     {Kinship::cgroup, Doubt::liveTree}},
};

void checkCgroups() {
  const std::string guards = "1:memory:/a\n0::/user/b\n";
  const auto shares = [&](const std::string& theirs) {
    return sharesCgroups(theirs, guards, "aaaaaaaaaaaaaaaaaaaa");
  };
  expect(shares(guards), "the same");
  expect(shares("1:memory:/a\n0::/user/b/holdfast-aaaaaaaaaaaaaaaaaaaa\n"), "the tree's own");
  expect(shares("1:memory:/a\n0::/user/b/holdfast-aaaaaaaaaaaaaaaaaaaa/c\n"), "below that");
  expect(!shares("1:memory:/a\n0::/user/b/holdfast-aaaaaaaaaaaaaaaaaaaab\n"), "a longer name");
  expect(!shares("1:memory:/a\n0::/user/b/c\n"), "below the guard's");
  expect(!shares("1:memory:/c\n0::/user/b\n"), "another hierarchy");
  expect(!shares("0::/user/b\n"), "fewer hierarchies");
  expect(!sharesCgroups("", "", "aaaaaaaaaaaaaaaaaaaa"), "unknown is not the same");
  expect(sharesCgroups("0::/holdfast-aaaaaaaaaaaaaaaaaaaa\n", "0::/\n", "aaaaaaaaaaaaaaaaaaaa"),
         "below the root");
}

}  // namespace

void membershipPromises(Promises& promises) {
  for (const Case& one : kCases)
    promises.push_back({std::string("as a member of an abandoned tree: ") + one.words, [&one] {
                          const Verdict verdict = judge(one.evidence);
                          expectEqual(std::string(nameOf(verdict.kinship)),
                                      std::string(nameOf(one.verdict.kinship)));
                          expectEqual(std::string(nameOf(verdict.doubt)),
                                      std::string(nameOf(one.verdict.doubt)));
                          const bool member = one.verdict.kinship != Kinship::none;
                          expect(verdict.maySignal() == (member && verdict.doubt == Doubt::none),
                                 "only members without a doubt are signalled");
                        }});
  promises.push_back({"knows the marks inside of a mark", [] {
                        expect(isWithin("a.b", "a") && isWithin("a", "a"), "itself and inside");
                        expect(!isWithin("ab", "a") && !isWithin("a", "a.b"), "others");
                        expect(!isWithin("a", "") && !isWithin("", "a"), "no mark");
                      }});
  promises.push_back({"compares cgroups but for the tree's own", checkCgroups});
}

}  // namespace holdfast::test
