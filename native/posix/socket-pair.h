// Two connected sockets, close-on-exec, neither of them a standard stream.
#pragma once

#include "posix/unique-fd.h"

namespace holdfast {

struct SocketPair {
  UniqueFd first;
  UniqueFd second;
};

// Throw OsError.
SocketPair makeStreamPair();
SocketPair makeMessagePair();  // SOCK_SEQPACKET

}  // namespace holdfast
