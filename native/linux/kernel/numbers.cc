#include "linux/kernel/numbers.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "posix/unique-fd.h"

namespace holdfast {

namespace {

constexpr std::size_t kEntriesSize = 4096;

bool readNumber(const char* name, int& number) {
  const char* end = name + std::strlen(name);
  return std::from_chars(name, end, number).ptr == end;
}

}  // namespace

// In small pieces: in /proc the kernel makes every entry when it is asked for, and readdir(3) asks
// for more than a thousand at once.
std::vector<NumberedEntry> numberedEntriesIn(const std::string& path, std::size_t limit) {
  std::vector<NumberedEntry> numbered;
  const UniqueFd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  alignas(dirent64) char entries[kEntriesSize];
  for (long size = 0; directory && numbered.size() < limit;) {
    size = syscall(SYS_getdents64, directory.get(), entries, sizeof entries);
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(entries + at);
      int number = 0;
      if (readNumber(entry->d_name, number)) numbered.push_back({number, entry->d_ino});
      at += entry->d_reclen;
    }
  }
  return numbered;
}

std::vector<int> numbersNamedIn(const std::string& path, std::size_t limit) {
  std::vector<int> numbers;
  for (const NumberedEntry& entry : numberedEntriesIn(path, limit)) numbers.push_back(entry.number);
  return numbers;
}

std::vector<int> numbersIn(std::string_view text) {
  std::vector<int> numbers;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    int number = 0;
    const auto parsed = std::from_chars(at, end, number);
    if (parsed.ptr != at) numbers.push_back(number);
    at = std::max(parsed.ptr, at + 1);
  }
  return numbers;
}

}  // namespace holdfast
