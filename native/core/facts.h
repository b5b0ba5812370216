// The facts that whoever holds a tree tells its owner, one a line (docs/protocol.md): a struct for
// each, written and read here and nowhere else. lib/tree/facts.ts reads them in TypeScript.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/identity.h"
#include "core/mechanism.h"
#include "core/member.h"
#include "core/os-error.h"

namespace holdfast {

enum class EndReason {
  kill,
  terminate,
  timeout,
  abort,
  ownerDied,
  rootExited,
  ended,
  limit,
  guardDied,
  released,
};

std::string_view nameOf(EndReason reason);
std::optional<EndReason> endReasonNamed(std::string_view name);

// How the root ended: an exit code or a signal, never both.
struct ExitStatus {
  enum class Kind { exited, signaled } kind = Kind::exited;
  std::int64_t value = 0;  // exit codes of Windows are unsigned
};

// A call that failed, as a line has it: "<call> <CODE> <number>", the call escaped.
struct FailedCall {
  FailedCall(const OsError& error);  // not explicit: it is the same in other words
  FailedCall(std::string_view what, std::string_view name, int error)
      : call(what), code(name), number(error) {}

  std::string call;
  std::string code;
  int number;
};

namespace fact {

// From an owner to `recover`, beside the facts that the guard had told.
struct Tree {
  static constexpr std::string_view kWord = "tree";
  std::string id;
};
struct Mark {
  static constexpr std::string_view kWord = "mark";
  std::string mark;
};

// Of a launch, up to its answer: started, failed or refused.
struct Guard {
  static constexpr std::string_view kWord = "guard";
  Identity guard;
};
struct PassedOver {
  static constexpr std::string_view kWord = "passed-over";
  Mechanism mechanism;
  FailedCall why;
};
struct Held {
  static constexpr std::string_view kWord = "mechanism";
  Mechanism mechanism;
  std::vector<EscapeRoute> open;
};
struct Owner {
  static constexpr std::string_view kWord = "owner";
  Identity owner;
};
struct Recorded {
  static constexpr std::string_view kWord = "record";
  std::string path;
};
struct Unrecorded {
  static constexpr std::string_view kWord = "unrecorded";
  FailedCall why;
};
struct InCgroup {
  static constexpr std::string_view kWord = "cgroup";
  std::string path;
};
struct Started {
  static constexpr std::string_view kWord = "started";
  Identity root;
};
struct Failed {
  static constexpr std::string_view kWord = "failed";
  FailedCall why;
};
struct Refused {
  static constexpr std::string_view kWord = "refused";
  std::string what;
  std::string detail;
};

// Of the root.
struct RootEnded {
  static constexpr std::string_view kExited = "exited";
  static constexpr std::string_view kSignaled = "signaled";
  ExitStatus status;
};
struct RootStopped {
  static constexpr std::string_view kWord = "stopped";
  int signo;
};
struct RootContinued {
  static constexpr std::string_view kWord = "continued";
};

// Of the end. A survivor is a member to which SIGKILL has been sent, and why it lives.
struct Survivor {
  static constexpr std::string_view kWord = "survivor";
  Identity process;
  std::string why;
  std::string name;
};
struct Empty {
  static constexpr std::string_view kWord = "empty";
  EndReason reason;
  std::uint64_t endedPolitely;
  std::uint64_t killed;
  std::int64_t durationMs;
};

// To a front, in answer to it or with a question.
struct Check {
  static constexpr std::string_view kWord = "check";
};
struct Everybody {
  static constexpr std::string_view kWord = "everybody";
  int signo;
};
struct Resumed {
  static constexpr std::string_view kWord = "resumed";
};
struct Left {
  static constexpr std::string_view kWord = "left";
};

// Answers to requests.
struct Sent {
  static constexpr std::string_view kWord = "sent";
  std::size_t members;
};
struct OneMember {
  static constexpr std::string_view kWord = "member";
  Member member;
};
struct Members {
  static constexpr std::string_view kWord = "members";
  std::size_t count;
};
struct Used {
  static constexpr std::string_view kWord = "usage";
  Usage usage;
};
struct Released {
  static constexpr std::string_view kWord = "released";
};
struct NotReleased {
  static constexpr std::string_view kWord = "not-released";
  FailedCall why;
};
struct Unknown {
  static constexpr std::string_view kWord = "unknown";
  std::string request;
};

}  // namespace fact

using Fact =
    std::variant<fact::Tree, fact::Mark, fact::Guard, fact::PassedOver, fact::Held, fact::Owner,
                 fact::Recorded, fact::Unrecorded, fact::InCgroup, fact::Started, fact::Failed,
                 fact::Refused, fact::RootEnded, fact::RootStopped, fact::RootContinued,
                 fact::Survivor, fact::Empty, fact::Check, fact::Everybody, fact::Resumed,
                 fact::Left, fact::Sent, fact::OneMember, fact::Members, fact::Used, fact::Released,
                 fact::NotReleased, fact::Unknown>;

// Without an end of line.
std::string lineOf(const Fact& fact);

// Nothing when the line is not a fact. A number that cannot be read is 0, which is no process and
// no signal.
std::optional<Fact> readFact(std::string_view line);

template <typename Kind>
std::optional<Kind> readAs(std::string_view line) {
  const std::optional<Fact> fact = readFact(line);
  const Kind* kind = fact ? std::get_if<Kind>(&*fact) : nullptr;
  return kind == nullptr ? std::nullopt : std::optional<Kind>(*kind);
}

// Whether a launch is over with it: started, failed or refused.
bool isAnswer(std::string_view line);

// "<pid> <startTime>"
std::string describe(const Identity& identity);
// "<pid> <startTime> <ppid> <state> <name> <cpu us> <memory bytes> <age ms>"
std::string describe(const Member& member);

// Why a member lives to which SIGKILL has been sent: `uninterruptible`, `denied` or `alive`.
// `denied`: the kernel has refused to send it.
std::string whyAlive(const Member& member, bool denied);
std::string survivorLine(const Member& member, std::string_view why);

}  // namespace holdfast
