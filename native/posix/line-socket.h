// One end of a stream socket that carries lines both ways. Never blocks, so that a peer who does
// not read cannot keep a guard from its work.
#pragma once

#include <cstddef>
#include <string>

#include "core/text/lines.h"
#include "posix/unique-fd.h"

namespace holdfast {

class LineSocket {
 public:
  // A peer who sends a longer line is hung up on.
  LineSocket(UniqueFd socket, std::size_t longestLine)
      : socket_(std::move(socket)), longestLine_(longestLine) {}

  // Keeps a line for the next send(): each message wakes a peer that waits for the last one.
  void queue(const std::string& line) { unsent_ += line + '\n'; }
  // Adds a line and sends what fits.
  void send(const std::string& line);
  void flush();
  // Of a closed one nobody takes it any more.
  bool hasUnsent() const { return open() && !unsent_.empty(); }

  // Takes some bytes from the socket, if there are any. Closes at its end.
  void fill();
  // The next whole line of those.
  bool next(std::string& line) { return incoming_.next(line); }
  bool hasLine() const { return incoming_.rest().find('\n') != std::string_view::npos; }

  bool open() const { return static_cast<bool>(socket_); }
  int fd() const { return socket_.get(); }
  void close() { socket_.reset(); }
  UniqueFd release() { return std::move(socket_); }

 protected:
  std::string unsent_;

 private:
  UniqueFd socket_;
  std::size_t longestLine_;
  LineBuffer incoming_;
};

}  // namespace holdfast
