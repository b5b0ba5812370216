// The launch request on its way from an owner to a guard (docs/protocol.md): a header, which comes
// with the first descriptors, one byte with each further batch of them, then the payload.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "posix/unique-fd.h"

namespace holdfast {

inline constexpr std::size_t kMostPassedAtOnce = 253;  // descriptors; SCM_MAX_FD, unix(7)

struct LaunchHeader {
  std::uint32_t descriptors = 0;  // how many are passed
  std::uint64_t bytes = 0;        // of the payload

  static constexpr std::size_t kBytes = 16;
  std::string encoded() const;
  // Of kBytes bytes. Throws std::invalid_argument for what is none, or claims too much.
  static LaunchHeader decode(const char* bytes);
  // Messages that pass descriptors; the header is one in any case.
  std::size_t messages() const;
};

// Those that came with a control message, each owned at once; none when it is about something else.
std::vector<UniqueFd> passedDescriptors(const cmsghdr& control);
// Makes the control message of a message pass these, in memory of at least CMSG_SPACE.
struct PassedDescriptors {
  const int* first;
  std::size_t count;
};
void passDescriptors(msghdr& message, char* control, const PassedDescriptors& passed);

}  // namespace holdfast
