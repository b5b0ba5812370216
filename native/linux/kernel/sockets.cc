#include "posix/port/sockets.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/os-error.h"

namespace holdfast {

std::pair<UniqueFd, UniqueFd> openSocketPair(int type) {
  int ends[2];
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0) throw OsError::last("socketpair");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::pair<UniqueFd, UniqueFd> openPipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw OsError::last("pipe2");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd openSocket() {
  return UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

UniqueFd acceptConnection(int listener) {
  return UniqueFd(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

ssize_t receiveCloseOnExec(int socket, msghdr& message) {
  return recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
}

// unix(7), SO_PEERCRED. A pid of 0: it is not visible from here.
std::optional<Peer> peerOf(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return Peer{peer.pid, peer.uid};
}

}  // namespace holdfast
