// Text in lines: one fact or one request a line, its fields separated by one space, free text in
// them percent-escaped (docs/protocol.md).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

// Escapes everything but [A-Za-z0-9._/:@+,=-] as %XX, so that text chosen by a member can
// neither end a line nor reach a terminal as a control sequence. Empty text is "%".
std::string escapeField(std::string_view text);
std::string unescapeField(std::string_view field);

std::vector<std::string_view> splitFields(std::string_view line);
std::vector<std::string_view> splitLines(std::string_view text);

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
