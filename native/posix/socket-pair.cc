#include "posix/socket-pair.h"

#include <sys/socket.h>

#include <cerrno>

#include "core/os-error.h"
#include "posix/standard-descriptors.h"

namespace holdfast {

namespace {

SocketPair makePair(int type) {
  int ends[2];
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0) throw OsError::last("socketpair");
  UniqueFd first(ends[0]);
  UniqueFd second(ends[1]);
  SocketPair pair{aboveStandard(std::move(first)), aboveStandard(std::move(second))};
  if (!pair.first || !pair.second) throw OsError("socketpair", EMFILE);
  return pair;
}

}  // namespace

SocketPair makeStreamPair() { return makePair(SOCK_STREAM); }

SocketPair makeMessagePair() { return makePair(SOCK_SEQPACKET); }

}  // namespace holdfast
