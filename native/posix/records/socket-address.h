// The address of a socket in the file system. A path that is too long for one (unix(7): 108 bytes)
// is shortened by way of its directory.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "posix/unique-fd.h"

namespace holdfast {

class SocketAddress {
 public:
  // To be used while this object lives. Throws OsError.
  explicit SocketAddress(const std::string& path);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t size() const { return sizeof address_; }

 private:
  sockaddr_un address_{};
  UniqueFd directory_;
};

}  // namespace holdfast
