#include "guard/supervisor/stdin-watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/os-error.h"
#include "posix/await-events.h"
#include "posix/clock.h"

namespace holdfast {

namespace {

constexpr std::int64_t kUnreadLookMs = 100;

// None of a terminal that has hung up (tty_ioctl(4)).
bool hasUnread(int input) {
  int unread = 0;
  return ioctl(input, FIONREAD, &unread) == 0 && unread > 0;
}

}  // namespace

bool hangsUp(int input) {
  struct stat info {};
  return fstat(input, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
}

const char* whyNoOwner(int input) {
  struct stat info {};
  if (fstat(input, &info) != 0) return "nothing that is open";
  if (hangsUp(input) || isatty(input) == 1) return nullptr;
  if (S_ISREG(info.st_mode)) return "a file";
  return S_ISDIR(info.st_mode) ? "a directory" : "a device that is no terminal (/dev/null?)";
}

UniqueFd StdinWatch::copy(int input) {
  UniqueFd copy(fcntl(input, F_DUPFD_CLOEXEC, 3));
  if (!copy) throw OsError::last("fcntl");
  return copy;
}

// POLLHUP comes unasked. Of a stream socket whose peer writes no more there is POLLRDHUP (poll(2)).
short StdinWatch::events() const { return POLLRDHUP; }

bool StdinWatch::isOver() {
  pollfd input{input_.get(), events(), 0};
  nextAt_ = INT64_MAX;
  if (awaitEvents(&input, 1, 0) <= 0 || (input.revents & (POLLHUP | POLLRDHUP | POLLERR)) == 0)
    return false;
  if (!hasUnread(input_.get())) return true;
  nextAt_ = nowMs() + kUnreadLookMs;  // it stays hung up, and poll(2) would not wait
  return false;
}

}  // namespace holdfast
