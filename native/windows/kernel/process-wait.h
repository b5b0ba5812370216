// Posts a message to a completion port when a process ends.
#pragma once

#include <cstdint>
#include <memory>

#include "windows/unique-handle.h"

namespace holdfast {

class ProcessWait {
 public:
  ProcessWait();
  // Throws OsError. The handle has to stay open for as long as this lives.
  ProcessWait(HANDLE process, HANDLE port, std::uintptr_t key);
  ProcessWait(ProcessWait&&) noexcept;
  ProcessWait& operator=(ProcessWait&&) noexcept;
  ~ProcessWait();

 private:
  struct Waiting;
  std::unique_ptr<Waiting> waiting_;
};

}  // namespace holdfast
