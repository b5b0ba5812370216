#include "core/records/membership.h"

#include <string>
#include <vector>

#include "core/text/lines.h"

namespace holdfast {

namespace {

// The first test of a marked process that fails.
Doubt doubtOfMark(const Evidence& evidence) {
  if (!evidence.hasUser) return Doubt::otherUser;
  if (!evidence.hasPidNamespace) return Doubt::otherPidNamespace;
  if (!evidence.hasCgroups) return Doubt::otherCgroup;
  if (!evidence.isYounger) return Doubt::olderThanGuard;
  if (!evidence.isOrphan) return Doubt::notOrphaned;
  return Doubt::none;
}

Kinship kinshipOf(const Evidence& evidence) {
  if (evidence.isGuard) return Kinship::guard;
  if (evidence.inCgroup) return Kinship::cgroup;
  const bool isKnown = evidence.isMarked && evidence.hasUser && evidence.hasPidNamespace;
  if (evidence.isRoot && isKnown) return Kinship::root;
  if (evidence.descends) return Kinship::descendant;
  const bool holds = evidence.isMarked && doubtOfMark(evidence) == Doubt::none;
  return holds ? Kinship::mark : Kinship::none;
}

// One line: the same, or in the tree's own cgroup.
bool sharesCgroup(std::string_view theirs, std::string_view guards, std::string_view treeId) {
  if (theirs == guards) return true;
  std::string own(guards);
  if (guards.empty() || guards.back() != '/') own += '/';
  own.append("holdfast-").append(treeId);
  if (theirs.substr(0, own.size()) != own) return false;
  return theirs.size() == own.size() || theirs[own.size()] == '/';
}

}  // namespace

Verdict judge(const Evidence& evidence) {
  const Kinship kinship = kinshipOf(evidence);
  if (evidence.isSelf) return {kinship, Doubt::self};
  if (evidence.inLiveTree) return {kinship, Doubt::liveTree};
  if (kinship != Kinship::none) return {kinship, Doubt::none};
  if (evidence.isMarked) return {kinship, doubtOfMark(evidence)};
  return {kinship, evidence.isRoot ? Doubt::unmarkedRoot : Doubt::none};
}

std::string_view nameOf(Kinship kinship) {
  switch (kinship) {
    case Kinship::none: return "none";
    case Kinship::guard: return "guard";
    case Kinship::cgroup: return "cgroup";
    case Kinship::root: return "root";
    case Kinship::descendant: return "descendant";
    case Kinship::mark: return "mark";
  }
  return "?";
}

std::string_view nameOf(Doubt doubt) {
  switch (doubt) {
    case Doubt::none: return "none";
    case Doubt::self: return "self";
    case Doubt::liveTree: return "live-tree";
    case Doubt::otherUser: return "other-user";
    case Doubt::otherPidNamespace: return "other-pid-namespace";
    case Doubt::otherCgroup: return "other-cgroup";
    case Doubt::olderThanGuard: return "older-than-guard";
    case Doubt::notOrphaned: return "not-orphaned";
    case Doubt::unmarkedRoot: return "unmarked-root";
    case Doubt::noRecord: return "no-record";
  }
  return "?";
}

std::string_view wordsFor(Doubt doubt) {
  switch (doubt) {
    case Doubt::none: return "nothing makes it a member of an abandoned tree";
    case Doubt::self: return "it asks, or whoever asks descends from it";
    case Doubt::liveTree: return "it belongs to a live or released tree";
    case Doubt::otherUser: return "it belongs to another user than the record";
    case Doubt::otherPidNamespace: return "it is in another PID namespace than its tree was";
    case Doubt::otherCgroup: return "it is in another cgroup than its tree was";
    case Doubt::olderThanGuard: return "it is older than the guard";
    case Doubt::notOrphaned: return "its parent is alive and no member: that may have set the mark";
    case Doubt::unmarkedRoot: return "the record names it as root, but it does not carry the mark";
    case Doubt::noRecord: return "it carries a mark of which no record tells";
  }
  return {};
}

bool isWithin(std::string_view mark, std::string_view outer) {
  if (outer.empty() || mark.substr(0, outer.size()) != outer) return false;
  return mark.size() == outer.size() || mark[outer.size()] == '.';
}

bool sharesCgroups(std::string_view theirs, std::string_view guards, std::string_view treeId) {
  const std::vector<std::string_view> other = splitLines(theirs);
  const std::vector<std::string_view> own = splitLines(guards);
  if (own.empty() || own.size() != other.size()) return false;
  for (std::size_t i = 0; i < own.size(); ++i)
    if (!sharesCgroup(other[i], own[i], treeId)) return false;
  return true;
}

}  // namespace holdfast
