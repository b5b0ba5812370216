#include "posix/tree/owner-watch.h"

#include <stdexcept>
#include <string>

#include "posix/port/process.h"
#include "posix/tree/owner-link.h"

namespace holdfast {

OwnerWatch::OwnerWatch(const std::optional<Identity>& wanted, const OwnerLink& link) {
  const int spawner = link.peerPid();
  if (wanted) {
    requireOwner(*wanted, spawner);
    return;
  }
  pidfd_ = openProcess(spawner);
  identity_ = identityOf(spawner).value_or(Identity{spawner, 0});
}

void OwnerWatch::requireOwner(const Identity& wanted, int spawner) {
  const std::string who = "owner " + std::to_string(wanted.pid);
  if (wanted.pid == 1 && parentOf(spawner) != 1)
    throw std::invalid_argument(who + " is init, which is not the parent of the spawner");
  // First the handle, then the look: if the look shows the right process, the handle is its.
  pidfd_ = openProcess(wanted.pid);
  const auto found = identityOf(wanted.pid);
  if (!found) throw std::invalid_argument(who + " is not alive");
  if (wanted.startTime != 0 && found->startTime != wanted.startTime)
    throw std::invalid_argument(who + " started at " + std::to_string(found->startTime) +
                                ", not at " + std::to_string(wanted.startTime));
  if (!pidfd_)
    throw std::invalid_argument(who + " cannot be watched: this kernel gives no pidfd for it");
  identity_ = *found;
  spawner_ = false;
}

}  // namespace holdfast
