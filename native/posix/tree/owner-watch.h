// Whose death ends the tree, and how the guard learns of it: by pidfd, and by the end of the
// socket when the spawner is the owner.
#pragma once

#include <optional>

#include "core/identity.h"
#include "posix/unique-fd.h"

namespace holdfast {

class OwnerLink;

class OwnerWatch {
 public:
  // None: the process at the other end of the link. Throws std::invalid_argument with the reason
  // when the owner asked for cannot be one.
  OwnerWatch(const std::optional<Identity>& wanted, const OwnerLink& link);

  // One whose handle is open already.
  OwnerWatch(const Identity& identity, bool spawner, UniqueFd pidfd)
      : identity_(identity), spawner_(spawner), pidfd_(std::move(pidfd)) {}

  const Identity& identity() const { return identity_; }
  bool isSpawner() const { return spawner_; }
  // Readable when the owner is dead; -1 where only the socket tells.
  int fd() const { return pidfd_.get(); }
  void forget() { pidfd_.reset(); }
  UniqueFd release() { return std::move(pidfd_); }

 private:
  void requireOwner(const Identity& wanted, int spawner);

  Identity identity_;
  bool spawner_ = true;
  UniqueFd pidfd_;
};

}  // namespace holdfast
