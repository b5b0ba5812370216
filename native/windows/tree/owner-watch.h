// Whose death ends a tree, beside that of the process that holds its job.
#pragma once

#include "core/identity.h"
#include "windows/unique-handle.h"

namespace holdfast {

class OwnerWatch {
 public:
  // This process itself: its death ends its trees without anybody's help.
  OwnerWatch();
  // Another one; a start time of 0 is any. Throws std::invalid_argument that says why it cannot be.
  explicit OwnerWatch(const Identity& wanted);

  const Identity& identity() const { return identity_; }
  // To wait at; nothing where there is nothing to wait for.
  HANDLE process() const { return process_.get(); }
  bool isDead() const;
  // From here on it counts as alive. The handle stays: somebody may be waiting at it.
  void forget() { forgotten_ = true; }

 private:
  Identity identity_;
  UniqueHandle process_;
  bool forgotten_ = false;
};

}  // namespace holdfast
