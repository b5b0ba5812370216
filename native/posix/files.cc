#include "posix/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace holdfast {

std::string readWholeFile(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string content;
  char chunk[kReadBytes];
  for (ssize_t n; file && (n = read(file.get(), chunk, sizeof chunk)) > 0;)
    content.append(chunk, static_cast<std::size_t>(n));
  return content;
}

std::optional<std::string> readAgain(const UniqueFd& file) {
  std::string content;
  char chunk[kReadBytes];
  while (true) {
    const ssize_t n = pread(file.get(), chunk, sizeof chunk, static_cast<off_t>(content.size()));
    if (n < 0) return std::nullopt;
    if (n == 0) return content;
    content.append(chunk, static_cast<std::size_t>(n));
  }
}

bool standsAt(const std::string& path, int file) {
  struct stat named {};
  struct stat open {};
  return lstat(path.c_str(), &named) == 0 && fstat(file, &open) == 0 &&
         named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

void setCloseOnExec(int fd) { (void)fcntl(fd, F_SETFD, FD_CLOEXEC); }

}  // namespace holdfast
