#include "posix/line-socket.h"

#include <sys/socket.h>

#include <cerrno>

namespace holdfast {

void LineSocket::send(const std::string& line) {
  if (!open()) return;
  queue(line);
  flush();
}

void LineSocket::flush() {
  while (hasUnsent()) {
    const ssize_t sent = ::send(fd(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      unsent_.erase(0, static_cast<std::size_t>(sent));
    } else if (errno != EINTR) {
      if (errno != EAGAIN) unsent_.clear();  // the other end is gone: fill() finds out
      return;
    }
  }
}

void LineSocket::fill() {
  if (!open()) return;
  char buffer[4096];
  const ssize_t received = recv(fd(), buffer, sizeof buffer, MSG_DONTWAIT);
  const bool tooLong = incoming_.size() > longestLine_;
  if (received == 0 || tooLong || (received < 0 && errno != EAGAIN && errno != EINTR))
    return close();
  if (received > 0) incoming_.append({buffer, static_cast<std::size_t>(received)});
}

}  // namespace holdfast
