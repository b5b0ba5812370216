#include "posix/files.h"

#include <fcntl.h>
#include <unistd.h>

#include "posix/unique-fd.h"

namespace holdfast {

std::string readToEnd(int fd) {
  std::string content;
  char chunk[4096];
  for (ssize_t n; (n = read(fd, chunk, sizeof chunk)) > 0;)
    content.append(chunk, static_cast<std::size_t>(n));
  return content;
}

std::string readWholeFile(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? readToEnd(file.get()) : std::string();
}

}  // namespace holdfast
