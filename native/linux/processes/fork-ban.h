// Keeps a process from forking, at once and even before it is served again, which a stop does not
// (docs/gotchas.md#fork-storms). Does not bind root (setrlimit(2), RLIMIT_NPROC).
#pragma once

#include <functional>

namespace holdfast {

// There is no such call by handle: if the process turns out to be gone, what its successor had is
// given back. So the hard limit stays as it is, which nobody but root can raise again.
void forbidForks(int pid, const std::function<bool()>& stillLives);

}  // namespace holdfast
