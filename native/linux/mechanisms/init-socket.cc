#include "linux/mechanisms/init-socket.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <cstring>

#include "core/os-error.h"
#include "posix/socket-pair.h"

namespace holdfast {

InitSocket makeInitSocket() {
  SocketPair ends = makeMessagePair();
  InitSocket pair{std::move(ends.first), std::move(ends.second)};
  const int on = 1;
  if (setsockopt(pair.outside.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
    throw OsError::last("setsockopt");
  return pair;
}

Message receiveMessage(int socket, int flags) {
  char text[256];
  union {
    char bytes[CMSG_SPACE(sizeof(ucred))];
    cmsghdr aligned;
  } control;
  iovec part{text, sizeof text};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes;
  header.msg_controllen = sizeof control.bytes;
  const ssize_t length = recvmsg(socket, &header, flags | MSG_CMSG_CLOEXEC);
  Message message;
  message.ended = length == 0;
  if (length <= 0) return message;
  message.text.assign(text, static_cast<std::size_t>(length));
  const cmsghdr* item = CMSG_FIRSTHDR(&header);
  if (item != nullptr && item->cmsg_type == SCM_CREDENTIALS) {
    ucred credentials;
    std::memcpy(&credentials, CMSG_DATA(item), sizeof credentials);
    message.sender = credentials.pid;
  }
  return message;
}

}  // namespace holdfast
