#include "windows/tree/owner-watch.h"

#include <stdexcept>
#include <string>

#include "windows/kernel/process-table.h"

namespace holdfast {

OwnerWatch::OwnerWatch() : identity_(ownIdentity()) {}

OwnerWatch::OwnerWatch(const Identity& wanted) : identity_(wanted) {
  const std::string who = "owner " + std::to_string(wanted.pid);
  process_.reset(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE,
                             static_cast<DWORD>(wanted.pid)));
  if (!process_) {
    const bool hidden = GetLastError() == ERROR_ACCESS_DENIED;
    throw std::invalid_argument(who + (hidden ? " may not be watched" : " is not alive"));
  }
  identity_.startTime = startTimeOf(process_.get());
  if (isDead()) throw std::invalid_argument(who + " is not alive");
  if (wanted.startTime != 0 && identity_.startTime != wanted.startTime)
    throw std::invalid_argument(who + " started at " + std::to_string(identity_.startTime) +
                                ", not at " + std::to_string(wanted.startTime));
}

bool OwnerWatch::isDead() const { return process_ && !forgotten_ && hasExited(process_.get()); }

}  // namespace holdfast
