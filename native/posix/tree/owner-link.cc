#include "posix/tree/owner-link.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace holdfast {

namespace {

constexpr char kMagic[] = {'H', 'F', 'L', '1'};
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kMaxDescriptors = 253;  // SCM_MAX_FD, unix(7)
constexpr std::uint32_t kMostDescriptors = 65536;
constexpr std::uint64_t kMostBytes = 256u << 20;
constexpr std::size_t kPieceBytes = 64 << 10;

union DescriptorMessage {
  char bytes[CMSG_SPACE(sizeof(int) * kMaxDescriptors)];
  cmsghdr aligned;
};

// One recvmsg; descriptors that came along are owned at once.
std::size_t receiveSome(int socket, char* buffer, std::size_t size,
                        std::vector<UniqueFd>& descriptors) {
  DescriptorMessage control;
  iovec part{buffer, size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  ssize_t received;
  do received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (received < 0 && errno == EINTR);
  if (received < 0) throw OsError::last("recvmsg");
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      descriptors.emplace_back(fd);
    }
  }
  if ((message.msg_flags & MSG_CTRUNC) != 0) throw OsError("recvmsg", EMFILE);
  if (received == 0) throw OsError("recvmsg", ECONNRESET);
  return static_cast<std::size_t>(received);
}

void receiveExactly(int socket, char* buffer, std::size_t size,
                    std::vector<UniqueFd>& descriptors) {
  while (size > 0) {
    const std::size_t received = receiveSome(socket, buffer, size, descriptors);
    buffer += received;
    size -= received;
  }
}

// As it comes: its length is only a claim.
std::string receivePayload(int socket, std::uint64_t bytes, std::vector<UniqueFd>& descriptors) {
  std::string payload;
  while (payload.size() < bytes) {
    const std::size_t before = payload.size();
    payload.resize(before + std::min<std::uint64_t>(bytes - before, kPieceBytes));
    payload.resize(before +
                   receiveSome(socket, &payload[before], payload.size() - before, descriptors));
  }
  return payload;
}

ssize_t sendWith(int socket, const std::string& bytes, int descriptor) {
  DescriptorMessage control{};
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = CMSG_SPACE(sizeof descriptor);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Pid 0 where there is none.
ucred peerOf(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  return peer;
}

}  // namespace

ReceivedLaunch OwnerLink::receiveLaunch() {
  ReceivedLaunch received;
  char header[kHeaderBytes];
  receiveExactly(fd(), header, sizeof header, received.descriptors);
  std::uint32_t descriptors;
  std::uint64_t bytes;
  std::memcpy(&descriptors, header + 4, sizeof descriptors);
  std::memcpy(&bytes, header + 8, sizeof bytes);
  if (std::memcmp(header, kMagic, sizeof kMagic) != 0 || descriptors > kMostDescriptors ||
      bytes > kMostBytes)
    throw std::invalid_argument("launch request: bad header");
  const std::size_t batches = descriptors == 0 ? 0 : (descriptors - 1) / kMaxDescriptors;
  for (std::size_t batch = 0; batch < batches; ++batch) {
    char mark;
    receiveExactly(fd(), &mark, 1, received.descriptors);
  }
  const std::string payload = receivePayload(fd(), bytes, received.descriptors);
  if (received.descriptors.size() != descriptors)
    throw std::invalid_argument("launch request: descriptors are missing");
  received.launch = decodeLaunch(payload);
  return received;
}

void OwnerLink::send(const std::string& fact, int descriptor) {
  if (descriptor < 0) return send(fact);
  if (!open()) return;
  queue(fact);
  const ssize_t sent = sendWith(fd(), unsent_, descriptor);
  if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
}

std::vector<std::string> OwnerLink::receive() {
  std::vector<std::string> requests;
  if (congested()) return requests;
  fill();
  for (std::string line; next(line);) requests.push_back(line);
  return requests;
}

int OwnerLink::peerPid() const { return peerOf(fd()).pid; }

void OwnerLink::requireOwnPeer() const {
  const ucred peer = peerOf(fd());
  if (peer.pid == 0)
    throw std::invalid_argument("descriptor " + std::to_string(fd()) + " leads to no owner");
  if (peer.uid != geteuid() && peer.uid != 0)
    throw std::invalid_argument("descriptor " + std::to_string(fd()) + " leads to user " +
                                std::to_string(peer.uid));
}

}  // namespace holdfast
