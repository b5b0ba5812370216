// poll(2) for those who have to go on waiting when somebody has taken from them the right to
// descriptors (docs/gotchas.md#a-guard-that-can-open-nothing).
#pragma once

#include <poll.h>

#include <cstddef>

namespace holdfast {

// As poll(2), of POLLIN and POLLOUT. Never an error that comes back at once for ever, but EINTR.
int awaitEvents(pollfd* watched, std::size_t count, int timeoutMs);

// Whether there is something to read from it now; -1 has nothing.
bool isReadable(int fd);

}  // namespace holdfast
