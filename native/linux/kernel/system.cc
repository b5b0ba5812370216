#include "posix/port/system.h"

#include <sys/random.h>
#include <unistd.h>

#include <string_view>

#include "core/os-error.h"
#include "posix/files.h"

namespace holdfast {

namespace {

std::string firstLine(const std::string& path) {
  const std::string text = readWholeFile(path);
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string machineId() {
  static const std::string id = firstLine("/etc/machine-id");
  return id;
}

std::string bootId() {
  static const std::string id = firstLine("/proc/sys/kernel/random/boot_id");
  return id;
}

std::string pidNamespaceId() {
  char target[64];
  const ssize_t length = readlink("/proc/self/ns/pid", target, sizeof target);
  return length > 0 ? std::string(target, static_cast<std::size_t>(length)) : std::string();
}

std::string ownCgroups() { return readWholeFile("/proc/self/cgroup"); }

std::string ownProgram() { return "/proc/self/exe"; }

std::string nameBelow(int directory, const std::string& name) {
  return "/proc/self/fd/" + std::to_string(directory) + '/' + name;
}

// A line has the first id inside, the first outside, and their count. Only the first namespace has
// a line for everybody.
bool hasUnknownUsers() {
  constexpr std::string_view kEverybody = "4294967295";
  const std::string first = firstLine("/proc/self/uid_map");
  return !first.empty() && first.substr(first.rfind(' ') + 1) != kEverybody;
}

void fillRandomly(unsigned char* bytes, std::size_t count) {
  if (getrandom(bytes, count, 0) != static_cast<ssize_t>(count)) throw OsError::last("getrandom");
}

}  // namespace holdfast
