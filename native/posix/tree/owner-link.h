// The guard's end of the socket: facts go out, requests come in.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/launch.h"
#include "posix/line-socket.h"

namespace holdfast {

struct ReceivedLaunch {
  Launch launch;
  std::vector<UniqueFd> descriptors;
};

class OwnerLink : public LineSocket {
 public:
  explicit OwnerLink(UniqueFd socket) : LineSocket(std::move(socket), kLongestRequest) {}

  // Waits for the one launch request. Throws OsError or std::invalid_argument.
  ReceivedLaunch receiveLaunch();

  using LineSocket::send;
  // Adds a fact with a descriptor, of which the owner gets a copy, and sends what fits.
  void send(const std::string& fact, int descriptor);
  // What has been queued and not been sent, for another way to the owner.
  std::string takeUnsent() { return std::exchange(unsent_, {}); }

  // So much is unsent that who asks for more has to read first.
  bool congested() const { return unsent_.size() > kMostUnsent; }
  // The requests that have come; none while the link is congested. Closes the link at its end.
  std::vector<std::string> receive();

  // The process that made the socket pair (SO_PEERCRED, unix(7)).
  int peerPid() const;
  // Who holds the other end decides what runs here. Throws std::invalid_argument unless it is this
  // user, or root, who may do that anyway.
  void requireOwnPeer() const;

 private:
  static constexpr std::size_t kLongestRequest = 64 << 10;
  static constexpr std::size_t kMostUnsent = 1 << 20;
};

}  // namespace holdfast
