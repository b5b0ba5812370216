#include "posix/port/command-line.h"

#include <limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>

#include "posix/files.h"

namespace holdfast {

namespace {

std::string pathIn(int pid, const char* name) { return "/proc/" + std::to_string(pid) + name; }

// The device 1:3 (null(4)).
bool isNull(const struct stat& info) {
  return S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3);
}

}  // namespace

std::string programOf(int pid) {
  char target[PATH_MAX];
  const ssize_t length = readlink(pathIn(pid, "/exe").c_str(), target, sizeof target);
  return length > 0 ? std::string(target, static_cast<std::size_t>(length)) : std::string();
}

// A title in the place of the words leaves NULs behind it (proc_pid_cmdline(5)).
std::vector<std::string> wordsOf(int pid) {
  std::string text = readWholeFile(pathIn(pid, "/cmdline"));
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\0', at), text.size());
    if (end > at) words.emplace_back(text, at, end - at);
    at = end + 1;
  }
  return words;
}

bool readsNothing(int pid) {
  struct stat info {};
  return stat(pathIn(pid, "/fd/0").c_str(), &info) == 0 && isNull(info);
}

bool readsNothing() {
  struct stat info {};
  return fstat(STDIN_FILENO, &info) == 0 && isNull(info);
}

}  // namespace holdfast
