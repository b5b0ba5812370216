// A conversation over a socket, made of bytes: messages of `<descriptors> <length, 2 bytes>
// <bytes>`, as another process would send them.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "posix/unique-fd.h"
#include "target.h"

namespace holdfast::fuzz {

struct Pair {
  UniqueFd ours;
  UniqueFd theirs;
};

inline Pair makePair() {
  int ends[2];
  expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "a pair of sockets");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

inline void sendMessage(int socket, std::string_view bytes, std::size_t descriptors) {
  constexpr std::size_t kMost = 8;
  static const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  int copies[kMost];
  std::fill(copies, copies + kMost, null.get());
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof copies)] = {};
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptors > 0) {
    const std::size_t size = std::min(descriptors, kMost) * sizeof(int);
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), copies, size);
  }
  (void)sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);  // the other end reads what came
}

// And then nothing more.
inline void converse(int socket, std::string_view script) {
  while (script.size() >= 3) {
    const auto descriptors = static_cast<unsigned char>(script[0]) % 9u;
    const std::size_t length =
        static_cast<unsigned char>(script[1]) * 256u + static_cast<unsigned char>(script[2]);
    script.remove_prefix(3);
    const std::string_view bytes = script.substr(0, length);
    script.remove_prefix(bytes.size());
    if (!bytes.empty()) sendMessage(socket, bytes, descriptors);
  }
  (void)shutdown(socket, SHUT_WR);
}

// Open descriptors that nobody owns any more.
class DescriptorsKept {
 public:
  DescriptorsKept() : before_(lowestFree()) {}
  ~DescriptorsKept() { expect(lowestFree() == before_, "no descriptor is left open"); }
  DescriptorsKept(const DescriptorsKept&) = delete;
  DescriptorsKept& operator=(const DescriptorsKept&) = delete;

 private:
  static int lowestFree() { return UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC)).get(); }
  int before_;
};

}  // namespace holdfast::fuzz
