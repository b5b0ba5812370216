// The lines that guard and owner exchange: one fact or one request a line, fields separated
// by one space, free text percent-escaped. docs/protocol.md lists them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/identity.h"
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

// How the root ended: an exit code or a signal, never both.
struct ExitStatus {
  enum class Kind { exited, signaled } kind = Kind::exited;
  std::int64_t value = 0;  // exit codes of Windows are unsigned
};

// Escapes everything but [A-Za-z0-9._/:@+,=-] as %XX, so that text chosen by a member can
// neither end a line nor reach a terminal as a control sequence. Empty text is "%".
std::string escapeField(std::string_view text);
std::string unescapeField(std::string_view field);

std::vector<std::string_view> splitFields(std::string_view line);
std::vector<std::string_view> splitLines(std::string_view text);

// "<call> <CODE> <number>", the call escaped
std::string describe(const OsError& error);
// "<pid> <startTime>"
std::string describe(const Identity& identity);
// "<pid> <startTime> <ppid> <state> <name> <cpu us> <memory bytes> <age ms>"
std::string describe(const Member& member);
// Why a member lives to which SIGKILL has been sent: `uninterruptible`, `denied` or `alive`.
// `denied`: the kernel has refused to send it.
std::string whyAlive(const Member& member, bool denied);
// "survivor <pid> <startTime> <why> <name>"
std::string survivorLine(const Member& member, std::string_view why);

// The end of a tree that its guard could not tell: "empty guard-died 0 <killed> <ms>"
std::string guardDiedLine(std::size_t killed, std::int64_t durationMs);

// Collects bytes of a stream into lines; a line longer than the limit is a protocol error.
class LineBuffer {
 public:
  void append(std::string_view bytes) { pending_.append(bytes); }
  // The next whole line without its newline, if there is one.
  bool next(std::string& line);
  std::size_t size() const { return pending_.size(); }
  // The beginning of a line that has not ended yet.
  std::string_view rest() const { return pending_; }

 private:
  std::string pending_;
};

}  // namespace holdfast
