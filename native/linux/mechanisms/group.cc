#include "linux/mechanisms/group.h"

#include <unistd.h>

#include <utility>

#include "linux/kernel/clone.h"
#include "posix/clock.h"
#include "posix/port/process.h"

namespace holdfast {

Group::Group(const Terms& terms)
    : lineage_(MarkClaim{terms.treeId, terms.mark, ownIdentity().startTime}), lookedAt_(nowMs()) {}

Group::Group(const Terms& terms, const Identity& root, OwnChildren children) : Group(terms) {
  reaper_ = Reaper(root.pid, std::move(children));
  lineage_.add(root);
}

std::vector<EscapeRoute> Group::escapable() const {
  std::vector<EscapeRoute> routes{EscapeRoute::broker};
  if (geteuid() != 0) routes.push_back(EscapeRoute::gainedPrivilege);
  routes.push_back(EscapeRoute::fastDoubleFork);
  routes.push_back(EscapeRoute::guardKilled);
  routes.push_back(EscapeRoute::ownerAndGuardKilled);
  return routes;
}

StartedRoot Group::start(ExecRoot& exec) {
  StartedRoot started = reaper_.adopt(cloneRoot(exec, nullptr), exec);
  if (started.failure.step == nullptr) lineage_.add(started.identity);
  return started;
}

std::vector<Member> Group::members() {
  std::vector<Member> members;
  for (const ProcessStat& stat : lineage_.find(Lineage::Marks::read))
    members.push_back(memberOf(stat));
  reaper_.children().addHidden(members);
  return members;
}

Usage Group::usage() { return usageOf(lineage_.find(Lineage::Marks::read)); }

int Group::signalMember(const Identity& member, int signo) {
  return OwnChildren::signal(member, signo);
}

// Also the occasion to learn of children before their parents are gone.
void Group::reap() {
  reaper_.reap();
  const std::int64_t now = nowMs();
  if (now < lookedAt_ + kRoutineLookMs / 2) return;
  lookedAt_ = now;
  lineage_.learn(kLearnMs);
  lookedAt_ += kRestPerLook * (nowMs() - now);
}

std::size_t Group::killAll() {
  std::size_t hit = lineage_.kill();
  for (int pid : reaper_.killAll()) hit += lineage_.countHit(pid);  // whom /proc does not show
  lookedAt_ = nowMs();
  return hit;
}

bool Group::empty() {
  return reaper_.noneLeft() && lineage_.findSurely().empty() && !lineage_.blind();
}

}  // namespace holdfast
