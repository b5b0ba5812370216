// Messages out of a PID namespace, each with the pid of its sender as the receiver sees it
// (SCM_CREDENTIALS, unix(7)).
#pragma once

#include <string>

#include "posix/unique-fd.h"

namespace holdfast {

struct InitSocket {
  UniqueFd outside;  // learns who sends
  UniqueFd inside;
};
// Throws OsError.
InitSocket makeInitSocket();

struct Message {
  std::string text;    // empty: nothing there, or the other end is gone
  int sender = 0;      // in the pids of the receiver (SCM_CREDENTIALS, unix(7))
  bool ended = false;  // the other end is gone
};

// `flags`: of recvmsg(2).
Message receiveMessage(int socket, int flags);

}  // namespace holdfast
