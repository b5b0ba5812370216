#include "posix/socket-address.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "core/os-error.h"

namespace holdfast {

SocketAddress::SocketAddress(const std::string& path) {
  address_.sun_family = AF_UNIX;
  std::string text = path;
  if (path.size() >= sizeof address_.sun_path) {
    const std::size_t slash = path.rfind('/');
    directory_.reset(open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    text = "/proc/self/fd/" + std::to_string(directory_.get()) + path.substr(slash);
  }
  if (text.size() >= sizeof address_.sun_path) throw OsError("bind", ENAMETOOLONG, path);
  std::memcpy(address_.sun_path, text.c_str(), text.size() + 1);
}

}  // namespace holdfast
