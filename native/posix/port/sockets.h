// Sockets and pipes that are close-on-exec from birth, so that a program which another thread
// starts meanwhile cannot get them, and who is at the other end of one.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <optional>
#include <utility>

#include "posix/unique-fd.h"

namespace holdfast {

// Of AF_UNIX and of this type (SOCK_STREAM, SOCK_SEQPACKET). Throws OsError.
std::pair<UniqueFd, UniqueFd> openSocketPair(int type);
// Its reading and its writing end. Throws OsError.
std::pair<UniqueFd, UniqueFd> openPipe();
// A stream socket of AF_UNIX that never waits. Empty, with errno, when the call fails.
UniqueFd openSocket();
// The next connection, which never waits. Empty, with errno, when none has come.
UniqueFd acceptConnection(int listener);
// recvmsg(2); descriptors that come along are close-on-exec.
ssize_t receiveCloseOnExec(int socket, msghdr& message);

struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
};
// Who has made the connection, or the pair.
std::optional<Peer> peerOf(int socket);

}  // namespace holdfast
