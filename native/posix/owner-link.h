// The guard's end of the socket: facts go out, requests come in. Never blocks, so that an owner
// who does not read cannot keep the guard from its timeout.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/launch.h"
#include "core/report.h"
#include "posix/unique-fd.h"

namespace holdfast {

struct ReceivedLaunch {
  Launch launch;
  std::vector<UniqueFd> descriptors;
};

class OwnerLink {
 public:
  explicit OwnerLink(UniqueFd socket) : socket_(std::move(socket)) {}

  // Waits for the one launch request. Throws OsError or std::invalid_argument.
  ReceivedLaunch receiveLaunch();

  // Keeps a fact for the next send(): each message wakes an owner that waits for the last one.
  void queue(const std::string& fact) { unsent_ += fact + '\n'; }
  // Adds a fact, with a descriptor when the owner shall get a copy, and sends what fits.
  void send(const std::string& fact, int descriptor = -1);
  void flush();
  // What has been queued and not been sent, for another way to the owner.
  std::string takeUnsent() { return std::exchange(unsent_, {}); }

  // The requests that have come. Closes the link at its end.
  std::vector<std::string> receive();

  bool open() const { return static_cast<bool>(socket_); }
  bool hasUnsent() const { return !unsent_.empty(); }
  int fd() const { return socket_.get(); }
  // The process that made the socket pair (SO_PEERCRED, unix(7)).
  int peerPid() const;
  void close() { socket_.reset(); }
  UniqueFd release() { return std::move(socket_); }

 private:
  UniqueFd socket_;
  LineBuffer incoming_;
  std::string unsent_;
};

}  // namespace holdfast
