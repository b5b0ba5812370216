#include "posix/socket-pair.h"

#include <cerrno>

#include "core/os-error.h"
#include "posix/port/sockets.h"
#include "posix/standard-descriptors.h"

namespace holdfast {

namespace {

SocketPair makePair(int type) {
  auto [first, second] = openSocketPair(type);
  SocketPair pair{aboveStandard(std::move(first)), aboveStandard(std::move(second))};
  if (!pair.first || !pair.second) throw OsError("socketpair", EMFILE);
  return pair;
}

}  // namespace

SocketPair makeStreamPair() { return makePair(SOCK_STREAM); }

SocketPair makeMessagePair() { return makePair(SOCK_SEQPACKET); }

}  // namespace holdfast
