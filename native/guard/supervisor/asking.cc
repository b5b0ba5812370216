#include "guard/supervisor/asking.h"

#include <signal.h>
#include <unistd.h>

#include <unordered_map>

#include "posix/port/signal-state.h"

namespace holdfast {

namespace {

constexpr std::size_t kNobody = SIZE_MAX;
constexpr std::int64_t kAloneMs = 1000;  // what a clean end takes, mostly

// The parents among the same members, by index.
std::vector<std::size_t> parentsOf(const std::vector<Member>& members) {
  std::unordered_map<int, std::size_t> places;
  for (std::size_t at = 0; at < members.size(); ++at) places[members[at].identity.pid] = at;
  std::vector<std::size_t> parents(members.size(), kNobody);
  for (std::size_t at = 0; at < members.size(); ++at)
    if (const auto found = places.find(members[at].ppid); found != places.end())
      parents[at] = found->second;
  return parents;
}

// Each after its parent. A list that was not read in one instant may have a circle in it.
std::vector<std::size_t> parentsFirst(const std::vector<std::size_t>& parents) {
  std::vector<std::size_t> order;
  std::vector<bool> reached(parents.size());
  std::vector<std::size_t> path;
  for (std::size_t start = 0; start < parents.size(); ++start) {
    for (std::size_t at = start; at != kNobody && !reached[at]; at = parents[at]) {
      reached[at] = true;
      path.push_back(at);
    }
    order.insert(order.end(), path.rbegin(), path.rend());
    path.clear();
  }
  return order;
}

bool isStopped(const Member& member) { return member.state == 'T'; }

}  // namespace

void Asking::round(std::int64_t now, bool last) {
  if (begunAt_ == 0) begunAt_ = now;
  const std::vector<Member> members = containment_.members();
  const std::vector<std::size_t> parents = parentsOf(members);
  std::vector<bool> answered(members.size());  // for those below
  for (std::size_t at : parentsFirst(parents)) {
    const bool above = parents[at] != kNobody && answered[parents[at]];
    answered[at] = consider(members[at], above, {now, last}) || above;
  }
}

// Whether it answers for those below it. A stopped one cannot act on the signal.
bool Asking::consider(const Member& member, bool isAnsweredFor, const Round& round) {
  Standing* standing = standingOf(member.identity);
  if (standing == nullptr) {
    standing = &known_[{member.identity.pid, member.identity.startTime}];
    standing->handles = handlesSignal(member.identity.pid, wish_.signo);
    standing->asked = wasTold(member, round.now);
  }
  if (!standing->asked && isDue(member, isAnsweredFor, round, *standing)) {
    standing->asked = true;
    (void)containment_.signalMember(member.identity, wish_.signo);  // survivors are reported
  }
  if (standing->asked && isStopped(member))
    (void)containment_.signalMember(member.identity, SIGCONT);
  return standing->handles;
}

// A member that handled the signal and does not any more has received it: its listener was for one
// time.
bool Asking::isDue(const Member& member, bool isAnsweredFor, const Round& round,
                   Standing& standing) {
  if (round.last) return true;
  if (isAnsweredFor) {
    standing.aloneSince = round.now;
    return false;
  }
  const bool mayBeAtIt = wish_.told == Told::root || (standing.handles && standing.aloneSince != 0);
  if (!mayBeAtIt) return true;
  if (standing.aloneSince == 0) standing.aloneSince = round.now;
  if (round.now - standing.aloneSince < kAloneMs) return false;
  return !standing.handles || handlesSignal(member.identity.pid, wish_.signo);
}

// Only those who were there when it was sent.
bool Asking::wasTold(const Member& member, std::int64_t now) const {
  if (static_cast<std::int64_t>(member.ageMs) < now - begunAt_) return false;
  if (wish_.told == Told::everybody) return true;
  return wish_.told == Told::group && getpgid(member.identity.pid) == wish_.group;
}

// One whose start time cannot be read (any more) is told by its pid.
Asking::Standing* Asking::standingOf(const Identity& member) {
  const auto unseen = known_.find({member.pid, 0});
  if (unseen != known_.end()) return &unseen->second;
  const auto next = known_.lower_bound({member.pid, member.startTime});
  if (next == known_.end() || next->first.first != member.pid) return nullptr;
  const bool isIt = member.startTime == 0 || next->first.second == member.startTime;
  return isIt ? &next->second : nullptr;
}

std::size_t Asking::alive() {
  std::size_t alive = 0;
  for (const Member& member : containment_.members())
    alive += standingOf(member.identity) == nullptr ? 0 : 1;
  return alive;
}

}  // namespace holdfast
