#include "guard/supervisor/answers.h"

#include <signal.h>

#include "posix/clock.h"
#include "posix/port/process.h"

namespace holdfast {

namespace {

std::string whyAlive(Containment& containment, const Member& member) {
  return whyAlive(member, containment.signalMember(member.identity, SIGKILL) == EPERM);
}

}  // namespace

std::vector<std::string> memberLines(Containment& containment) {
  std::vector<std::string> lines;
  for (const Member& member : containment.members())
    lines.push_back(lineOf(fact::OneMember{member}));
  lines.push_back(lineOf(fact::Members{lines.size()}));
  return lines;
}

std::string usageLine(Containment& containment) { return lineOf(fact::Used{containment.usage()}); }

std::vector<std::string> survivorLines(Containment& containment) {
  std::vector<std::string> lines;
  for (const Member& member : containment.members())
    lines.push_back(survivorLine(member, whyAlive(containment, member)));
  return lines;
}

std::string unnamedSurvivorLine() {
  Member guard;
  guard.identity = ownIdentity();
  guard.name = "holdfast-guard";
  return survivorLine(guard, "alive");
}

std::string emptyLine(EndReason reason, const std::optional<Ending>& ending) {
  const std::int64_t now = nowMs();
  if (!ending) return lineOf(fact::Empty{reason, 0, 0, 0});
  return lineOf(
      fact::Empty{reason, ending->endedPolitely(), ending->killed(), now - ending->startedAt()});
}

}  // namespace holdfast
