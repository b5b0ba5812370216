#include "posix/launch-wire.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace holdfast {

namespace {

constexpr char kMagic[] = {'H', 'F', 'L', '1'};
constexpr std::uint32_t kMostDescriptors = 65536;
constexpr std::uint64_t kMostBytes = 256u << 20;

}  // namespace

std::string LaunchHeader::encoded() const {
  std::string header(kMagic, sizeof kMagic);
  header.append(reinterpret_cast<const char*>(&descriptors), sizeof descriptors);
  header.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  return header;
}

LaunchHeader LaunchHeader::decode(const char* bytes) {
  LaunchHeader header;
  std::memcpy(&header.descriptors, bytes + sizeof kMagic, sizeof header.descriptors);
  std::memcpy(&header.bytes, bytes + sizeof kMagic + sizeof header.descriptors,
              sizeof header.bytes);
  if (std::memcmp(bytes, kMagic, sizeof kMagic) != 0 || header.descriptors > kMostDescriptors ||
      header.bytes > kMostBytes)
    throw std::invalid_argument("launch request: bad header");
  return header;
}

std::size_t LaunchHeader::messages() const {
  return std::max<std::size_t>((descriptors + kMostPassedAtOnce - 1) / kMostPassedAtOnce, 1);
}

std::vector<UniqueFd> passedDescriptors(const cmsghdr& control) {
  std::vector<UniqueFd> descriptors;
  if (control.cmsg_level != SOL_SOCKET || control.cmsg_type != SCM_RIGHTS) return descriptors;
  const std::size_t count = (control.cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (std::size_t i = 0; i < count; ++i) {
    int fd;
    std::memcpy(&fd, CMSG_DATA(&control) + i * sizeof fd, sizeof fd);
    descriptors.emplace_back(fd);
  }
  return descriptors;
}

void passDescriptors(msghdr& message, char* control, const PassedDescriptors& passed) {
  const std::size_t bytes = passed.count * sizeof(int);
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(bytes);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(bytes);
  std::memcpy(CMSG_DATA(header), passed.first, bytes);
}

}  // namespace holdfast
