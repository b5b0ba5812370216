#include "posix/records/socket-address.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "core/os-error.h"
#include "posix/port/system.h"

namespace holdfast {

SocketAddress::SocketAddress(const std::string& path) {
  address_.sun_family = AF_UNIX;
  std::string text = path;
  if (path.size() >= sizeof address_.sun_path) {
    const std::size_t slash = path.rfind('/');
    directory_.reset(open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    text = nameBelow(directory_.get(), path.substr(slash + 1));
    if (text.empty()) throw OsError("bind", ENAMETOOLONG, path);
  }
  if (text.size() >= sizeof address_.sun_path) throw OsError("bind", ENAMETOOLONG, path);
  std::memcpy(address_.sun_path, text.c_str(), text.size() + 1);
}

}  // namespace holdfast
