#include "core/facts.h"

#include <array>
#include <initializer_list>

#include "core/text/lines.h"

namespace holdfast {

namespace {

constexpr std::array<std::pair<EndReason, std::string_view>, 10> kEndReasons{{
    {EndReason::kill, "kill"},
    {EndReason::terminate, "terminate"},
    {EndReason::timeout, "timeout"},
    {EndReason::abort, "abort"},
    {EndReason::ownerDied, "owner-died"},
    {EndReason::rootExited, "root-exited"},
    {EndReason::ended, "ended"},
    {EndReason::limit, "limit"},
    {EndReason::guardDied, "guard-died"},
    {EndReason::released, "released"},
}};

std::string words(std::string_view word, std::initializer_list<std::string> fields) {
  std::string line(word);
  for (const std::string& field : fields) line += ' ' + field;
  return line;
}

std::string describe(const FailedCall& failed) {
  return words(escapeField(failed.call), {failed.code, std::to_string(failed.number)});
}

struct Writer {
  using Text = std::string;
  Text operator()(const fact::Tree& f) const { return words(f.kWord, {f.id}); }
  Text operator()(const fact::Mark& f) const { return words(f.kWord, {f.mark}); }
  Text operator()(const fact::Guard& f) const { return words(f.kWord, {describe(f.guard)}); }
  Text operator()(const fact::PassedOver& f) const {
    return words(f.kWord, {Text(nameOf(f.mechanism)), describe(f.why)});
  }
  Text operator()(const fact::Held& f) const {
    return words(f.kWord, {Text(nameOf(f.mechanism)), joinNames(f.open)});
  }
  Text operator()(const fact::Owner& f) const { return words(f.kWord, {describe(f.owner)}); }
  Text operator()(const fact::Recorded& f) const { return words(f.kWord, {escapeField(f.path)}); }
  Text operator()(const fact::Unrecorded& f) const { return words(f.kWord, {describe(f.why)}); }
  Text operator()(const fact::InCgroup& f) const { return words(f.kWord, {escapeField(f.path)}); }
  Text operator()(const fact::Started& f) const { return words(f.kWord, {describe(f.root)}); }
  Text operator()(const fact::Failed& f) const { return words(f.kWord, {describe(f.why)}); }
  Text operator()(const fact::Refused& f) const {
    return words(f.kWord, {f.what, escapeField(f.detail)});
  }
  Text operator()(const fact::RootEnded& f) const {
    const bool exited = f.status.kind == ExitStatus::Kind::exited;
    return words(exited ? f.kExited : f.kSignaled, {std::to_string(f.status.value)});
  }
  Text operator()(const fact::RootStopped& f) const {
    return words(f.kWord, {std::to_string(f.signo)});
  }
  Text operator()(const fact::RootContinued& f) const { return Text(f.kWord); }
  Text operator()(const fact::Survivor& f) const {
    return words(f.kWord, {describe(f.process), f.why, escapeField(f.name)});
  }
  Text operator()(const fact::Empty& f) const {
    return words(f.kWord, {Text(nameOf(f.reason)), std::to_string(f.endedPolitely),
                           std::to_string(f.killed), std::to_string(f.durationMs)});
  }
  Text operator()(const fact::Check& f) const { return Text(f.kWord); }
  Text operator()(const fact::Everybody& f) const {
    return words(f.kWord, {std::to_string(f.signo)});
  }
  Text operator()(const fact::Resumed& f) const { return Text(f.kWord); }
  Text operator()(const fact::Left& f) const { return Text(f.kWord); }
  Text operator()(const fact::Sent& f) const { return words(f.kWord, {std::to_string(f.members)}); }
  Text operator()(const fact::OneMember& f) const { return words(f.kWord, {describe(f.member)}); }
  Text operator()(const fact::Members& f) const {
    return words(f.kWord, {std::to_string(f.count)});
  }
  Text operator()(const fact::Used& f) const {
    return words(f.kWord,
                 {std::to_string(f.usage.processes), std::to_string(f.usage.cpuMicroseconds),
                  std::to_string(f.usage.memoryBytes)});
  }
  Text operator()(const fact::Released& f) const { return Text(f.kWord); }
  Text operator()(const fact::NotReleased& f) const { return words(f.kWord, {describe(f.why)}); }
  Text operator()(const fact::Unknown& f) const { return words(f.kWord, {escapeField(f.request)}); }
};

}  // namespace

std::string_view nameOf(EndReason reason) {
  for (const auto& [candidate, name] : kEndReasons)
    if (candidate == reason) return name;
  return "?";
}

std::optional<EndReason> endReasonNamed(std::string_view name) {
  for (const auto& [reason, candidate] : kEndReasons)
    if (candidate == name) return reason;
  return std::nullopt;
}

FailedCall::FailedCall(const OsError& error)
    : FailedCall(error.call(), errorName(error.number()), error.number()) {}

std::string lineOf(const Fact& fact) { return std::visit(Writer{}, fact); }

bool isAnswer(std::string_view line) {
  const std::string_view word = line.substr(0, line.find(' '));
  return word == fact::Started::kWord || word == fact::Failed::kWord ||
         word == fact::Refused::kWord;
}

std::string describe(const Identity& identity) {
  return std::to_string(identity.pid) + ' ' + std::to_string(identity.startTime);
}

std::string describe(const Member& member) {
  std::string text = describe(member.identity) + ' ' + std::to_string(member.ppid) + ' ' +
                     member.state + ' ' + escapeField(member.name);
  for (std::uint64_t number : {member.cpuMicroseconds, member.memoryBytes, member.ageMs})
    text += ' ' + std::to_string(number);
  return text;
}

std::string whyAlive(const Member& member, bool denied) {
  if (member.state == 'D') return "uninterruptible";
  return denied ? "denied" : "alive";
}

std::string survivorLine(const Member& member, std::string_view why) {
  return lineOf(fact::Survivor{member.identity, std::string(why), member.name});
}

}  // namespace holdfast
