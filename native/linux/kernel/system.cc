#include "posix/port/system.h"

#include <unistd.h>

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

}  // namespace holdfast
