#include "posix/tree/owner-link.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "core/os-error.h"
#include "posix/launch-wire.h"
#include "posix/port/sockets.h"

namespace holdfast {

namespace {

constexpr std::size_t kPieceBytes = 64 << 10;

union DescriptorMessage {
  char bytes[CMSG_SPACE(sizeof(int) * kMostPassedAtOnce)];
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
  do received = receiveCloseOnExec(socket, message);
  while (received < 0 && errno == EINTR);
  if (received < 0) throw OsError::last("recvmsg");
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header))
    for (UniqueFd& fd : passedDescriptors(*header)) descriptors.push_back(std::move(fd));
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
  passDescriptors(message, control.bytes, {&descriptor, 1});
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

ReceivedLaunch OwnerLink::receiveLaunch() {
  ReceivedLaunch received;
  char first[LaunchHeader::kBytes];
  receiveExactly(fd(), first, sizeof first, received.descriptors);
  const LaunchHeader header = LaunchHeader::decode(first);
  for (std::size_t message = 1; message < header.messages(); ++message) {
    char mark;
    receiveExactly(fd(), &mark, 1, received.descriptors);
  }
  const std::string payload = receivePayload(fd(), header.bytes, received.descriptors);
  if (received.descriptors.size() != header.descriptors)
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

int OwnerLink::peerPid() const { return peerOf(fd()).value_or(Peer{}).pid; }

void OwnerLink::requireOwnPeer() const {
  const Peer peer = peerOf(fd()).value_or(Peer{});
  if (peer.pid == 0)
    throw std::invalid_argument("descriptor " + std::to_string(fd()) + " leads to no owner");
  if (peer.uid != geteuid() && peer.uid != 0)
    throw std::invalid_argument("descriptor " + std::to_string(fd()) + " leads to user " +
                                std::to_string(peer.uid));
}

}  // namespace holdfast
