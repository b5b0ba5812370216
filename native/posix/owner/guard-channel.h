// The owner's end of the conversation with one guard: whole lines in and out, never blocking but
// where a time is given.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/lines.h"
#include "posix/unique-fd.h"

namespace holdfast {

// A launch request on its way: header, descriptors and payload as docs/protocol.md has them.
struct OutgoingRequest {
  std::string_view payload;
  const std::vector<int>& descriptors;
};

// The first facts of a guard, up to its answer.
struct Answer {
  std::vector<std::string> facts;
  UniqueFd rootHandle;  // came with `started`
};

class GuardChannel {
 public:
  explicit GuardChannel(UniqueFd socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  // Sends what the socket takes now; what is left goes with awaitAnswer(). Throws OsError.
  void begin(const OutgoingRequest& request);
  // Until `started`, `failed` or `refused`. Throws OsError: ETIMEDOUT, or ECONNRESET when the
  // guard has died. Nothing behind the answer is taken from the socket. `onSilence` is called now
  // and then while nothing comes.
  Answer awaitAnswer(int deadlineMs, const std::function<void()>& onSilence);

  // 0 or an errno. What does not fit waits for flush().
  int send(std::string_view line);
  void flush();
  bool hasUnsent() const { return !unsent_.empty(); }

  // The lines that are there. Sets ended().
  std::vector<std::string> receive();
  // The same, but waits for the first.
  std::vector<std::string> receiveWithin(int timeoutMs);
  bool ended() const { return ended_; }

  // Tells the other end at once, also when a copy of the socket is still open somewhere.
  void shutDown();
  void close() { socket_.reset(); }

 private:
  void sendDescriptors(const OutgoingRequest& request);
  void takeFacts(std::size_t bytes, Answer& answer);

  UniqueFd socket_;
  std::string unsent_;
  LineBuffer incoming_;
  bool ended_ = false;
};

}  // namespace holdfast
