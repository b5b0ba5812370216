#include "posix/owner/guard-channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "core/facts.h"
#include "core/os-error.h"
#include "posix/clock.h"
#include "posix/launch-wire.h"
#include "posix/port/sockets.h"
#include "posix/standard-descriptors.h"

namespace holdfast {

namespace {

constexpr std::size_t kBufferBytes = 16384;
constexpr std::int64_t kSilenceMs = 50;

void sendBatch(int socket, std::string_view bytes, const PassedDescriptors& batch) {
  alignas(cmsghdr) char control[CMSG_SPACE(kMostPassedAtOnce * sizeof(int))] = {};
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (batch.count > 0) passDescriptors(message, control, batch);
  // A new socket has room for the few bytes of headers.
  if (sendmsg(socket, &message, MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    throw OsError::last("sendmsg");
}

// How many bytes belong to the facts up to the answer; all of them when it is not there yet.
std::size_t bytesUpToAnswer(std::string_view bytes, std::string_view before) {
  std::string line(before);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\n') {
      line += bytes[i];
      continue;
    }
    if (isAnswer(line)) return i + 1;
    line.clear();
  }
  return bytes.size();
}

// Some time, but not beyond the deadline. The events that have come.
short awaitEvents(int socket, int events, std::int64_t deadline) {
  const std::int64_t left = deadline - nowMs();
  if (left <= 0) throw OsError("wait for the guard", ETIMEDOUT);
  pollfd watched{socket, static_cast<short>(events), 0};
  (void)poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(left, kSilenceMs)));
  return watched.revents;  // EINTR: none
}

}  // namespace

void GuardChannel::begin(const OutgoingRequest& request) {
  sendDescriptors(request);
  unsent_ = request.payload;
  flush();
}

void GuardChannel::sendDescriptors(const OutgoingRequest& request) {
  const int* next = request.descriptors.data();
  std::size_t left = request.descriptors.size();
  const LaunchHeader header{static_cast<std::uint32_t>(left), request.payload.size()};
  std::string bytes = header.encoded();
  do {
    const std::size_t count = std::min(left, kMostPassedAtOnce);
    sendBatch(fd(), bytes, {next, count});
    next += count;
    left -= count;
    bytes = "F";
  } while (left > 0);
}

Answer GuardChannel::awaitAnswer(int deadlineMs, const std::function<void()>& onSilence) {
  const std::int64_t deadline = nowMs() + deadlineMs;
  Answer answer;
  while (answer.facts.empty() || !isAnswer(answer.facts.back())) {
    const short events = awaitEvents(fd(), POLLIN | (hasUnsent() ? POLLOUT : 0), deadline);
    if (events == 0) onSilence();
    if ((events & POLLOUT) != 0) flush();
    if ((events & ~POLLOUT) == 0) continue;
    char seen[kBufferBytes];
    const ssize_t length = recv(fd(), seen, sizeof seen, MSG_PEEK);
    if (length == 0) throw OsError("wait for the guard", ECONNRESET);
    if (length < 0 && errno != EINTR) throw OsError::last("recv");
    if (length < 0) continue;
    const std::string_view bytes(seen, static_cast<std::size_t>(length));
    takeFacts(bytesUpToAnswer(bytes, incoming_.rest()), answer);
  }
  return answer;
}

void GuardChannel::takeFacts(std::size_t bytes, Answer& answer) {
  char taken[kBufferBytes];
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec part{taken, bytes};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t length = receiveCloseOnExec(fd(), message);
  if (length <= 0) throw OsError::last("recvmsg");
  // One is expected; padding leaves room for a second (CMSG_SPACE, cmsg(3)).
  if (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr)
    for (UniqueFd& handle : passedDescriptors(*header))
      answer.rootHandle = aboveStandard(std::move(handle));
  incoming_.append({taken, static_cast<std::size_t>(length)});
  for (std::string line; incoming_.next(line);) answer.facts.push_back(line);
}

int GuardChannel::send(std::string_view line) {
  if (!socket_) return EPIPE;
  unsent_.append(line).append("\n");
  flush();
  return socket_ ? 0 : EPIPE;
}

void GuardChannel::flush() {
  while (hasUnsent()) {
    const ssize_t sent = ::send(fd(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      unsent_.erase(0, static_cast<std::size_t>(sent));
    } else if (errno != EINTR) {
      if (errno != EAGAIN) unsent_.clear();  // the other end is gone: receive() finds out
      return;
    }
  }
}

std::vector<std::string> GuardChannel::receive() {
  std::vector<std::string> lines;
  char buffer[kBufferBytes];
  while (!ended_) {
    const ssize_t length = recv(fd(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0 && errno == EAGAIN) break;
    ended_ = length <= 0;
    if (length > 0) incoming_.append({buffer, static_cast<std::size_t>(length)});
  }
  for (std::string line; incoming_.next(line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> GuardChannel::receiveWithin(int timeoutMs) {
  const std::int64_t deadline = nowMs() + timeoutMs;
  while (socket_) {
    flush();
    std::vector<std::string> lines = receive();
    const std::int64_t left = deadline - nowMs();
    if (!lines.empty() || ended_ || left <= 0) return lines;
    pollfd watched{fd(), static_cast<short>(POLLIN | (hasUnsent() ? POLLOUT : 0)), 0};
    (void)poll(&watched, 1, static_cast<int>(left));  // EINTR: look again
  }
  return {};
}

void GuardChannel::shutDown() {
  if (socket_) (void)shutdown(fd(), SHUT_RDWR);  // ENOTCONN: the other end was faster
}

}  // namespace holdfast
