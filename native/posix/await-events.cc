#include "posix/await-events.h"

#include <sys/select.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <vector>

namespace holdfast {

namespace {

constexpr int kBlindMs = 50;  // between two looks where nothing can be waited for

// Of any size, which the kernel takes and fd_set does not have (select(2), BUGS).
class DescriptorSet {
 public:
  explicit DescriptorSet(int highest) : words_(static_cast<std::size_t>(highest) / kBits + 1) {}

  void add(int fd) { wordOf(fd) |= bitOf(fd); }
  bool has(int fd) { return (wordOf(fd) & bitOf(fd)) != 0; }
  fd_set* get() { return reinterpret_cast<fd_set*>(words_.data()); }

 private:
  static constexpr std::size_t kBits = sizeof(unsigned long) * CHAR_BIT;

  static unsigned long bitOf(int fd) { return 1ul << (static_cast<std::size_t>(fd) % kBits); }
  unsigned long& wordOf(int fd) { return words_[static_cast<std::size_t>(fd) / kBits]; }

  std::vector<unsigned long> words_;
};

int selectAmong(pollfd* watched, std::size_t count, int timeoutMs) {
  int highest = 0;
  for (std::size_t at = 0; at < count; ++at) highest = std::max(highest, watched[at].fd);
  DescriptorSet readable(highest);
  DescriptorSet writable(highest);
  for (std::size_t at = 0; at < count; ++at) {
    watched[at].revents = 0;
    if (watched[at].fd < 0) continue;
    if ((watched[at].events & POLLIN) != 0) readable.add(watched[at].fd);
    if ((watched[at].events & POLLOUT) != 0) writable.add(watched[at].fd);
  }
  timeval left{timeoutMs / 1000, timeoutMs % 1000 * 1000};
  const int ready =
      select(highest + 1, readable.get(), writable.get(), nullptr, timeoutMs < 0 ? nullptr : &left);
  for (std::size_t at = 0; at < count && ready > 0; ++at) {
    if (watched[at].fd < 0) continue;
    if (readable.has(watched[at].fd)) watched[at].revents |= POLLIN;
    if (writable.has(watched[at].fd)) watched[at].revents |= POLLOUT;
  }
  return ready;
}

}  // namespace

// It is poll(2) that asks for the right to as many descriptors as it waits for (EINVAL).
int awaitEvents(pollfd* watched, std::size_t count, int timeoutMs) {
  const int polled = poll(watched, count, timeoutMs);
  if (polled >= 0 || errno != EINVAL) return polled;
  const int selected = selectAmong(watched, count, timeoutMs);
  if (selected >= 0 || errno == EINTR || timeoutMs == 0) return selected;
  return poll(nullptr, 0, timeoutMs < 0 ? kBlindMs : std::min(timeoutMs, kBlindMs));
}

bool isReadable(int fd) {
  pollfd watched{fd, POLLIN, 0};
  return fd >= 0 && awaitEvents(&watched, 1, 0) == 1;
}

}  // namespace holdfast
