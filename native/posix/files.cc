#include "posix/files.h"

#include <fcntl.h>
#include <unistd.h>

#include "posix/unique-fd.h"

namespace holdfast {

std::string readWholeFile(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string content;
  char chunk[4096];
  for (ssize_t n; file && (n = read(file.get(), chunk, sizeof chunk)) > 0;)
    content.append(chunk, static_cast<std::size_t>(n));
  return content;
}

}  // namespace holdfast
