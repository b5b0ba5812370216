#include "guard/supervisor/answers.h"

#include <signal.h>

#include <algorithm>
#include <charconv>

#include "posix/clock.h"
#include "posix/port/process.h"
#include "posix/port/signals.h"

namespace holdfast {

namespace {

std::string whyAlive(Containment& containment, const Member& member) {
  return whyAlive(member, containment.signalMember(member.identity, SIGKILL) == EPERM);
}

// What stands there when it is no number.
template <typename Number>
Number numberIn(std::string_view field, Number otherwise) {
  Number number = otherwise;
  const auto parsed = std::from_chars(field.data(), field.data() + field.size(), number);
  return parsed.ec == std::errc{} ? number : otherwise;
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

EndTerms endTermsIn(const std::vector<std::string_view>& fields, std::uint64_t ownGraceMs) {
  EndTerms terms;
  if (fields[1] == "terminate") terms.reason = EndReason::terminate;
  if (fields[1] == "abort") terms.reason = EndReason::abort;
  const int signo = signoIn(fields[2]);
  terms.signo = isSignal(signo) ? signo : SIGKILL;
  const std::int64_t graceMs = std::max<std::int64_t>(numberIn(fields[3], std::int64_t{0}), 0);
  terms.graceMs = fields[3] == "-" ? ownGraceMs : static_cast<std::uint64_t>(graceMs);
  return terms;
}

int signoIn(std::string_view field) { return numberIn(field, -1); }

}  // namespace holdfast
