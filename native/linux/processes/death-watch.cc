#include "posix/port/death-watch.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "core/os-error.h"
#include "posix/standard-descriptors.h"

namespace holdfast {

DeathWatch::DeathWatch()
    : queue_(aboveStandard(UniqueFd(epoll_create1(EPOLL_CLOEXEC)))),
      waker_(aboveStandard(UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)))) {
  if (!queue_ || !waker_) throw OsError::last("epoll_create1");
  add(waker_);
}

// A pidfd is readable from the death of its process on (pidfd_open(2)).
void DeathWatch::add(const UniqueFd& handle) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (epoll_ctl(queue_.get(), EPOLL_CTL_ADD, handle.get(), &event) != 0)
    throw OsError::last("epoll_ctl");
}

// Not left to close(2): an entry stays while a child that is just being made has a copy, and the
// dead would wake the queue without end (epoll(7), question 6).
void DeathWatch::remove(const UniqueFd& handle) {
  if (handle) (void)epoll_ctl(queue_.get(), EPOLL_CTL_DEL, handle.get(), nullptr);
}

void DeathWatch::wait(int timeoutMs) {
  epoll_event event{};
  (void)epoll_wait(queue_.get(), &event, 1, timeoutMs);  // EINTR: the caller looks at all anyway
  std::uint64_t count = 0;
  (void)!read(waker_.get(), &count, sizeof count);
}

void DeathWatch::wake() {
  const std::uint64_t one = 1;
  (void)!write(waker_.get(), &one, sizeof one);  // full: it is awake already
}

}  // namespace holdfast
