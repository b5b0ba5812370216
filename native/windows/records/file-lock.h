// A lock on a file that the kernel holds for this process and drops when it dies (LockFileEx).
#pragma once

#include <optional>
#include <string>

#include "windows/unique-handle.h"

namespace holdfast {

enum class LockWish {
  wait,     // until it is ours
  attempt,  // ours now, or not at all
  look,     // shared with others who look
};

// Whether the lock is ours now. Throws OsError.
bool lockFile(const UniqueHandle& file, LockWish wish, const std::string& path);
void unlockFile(const UniqueHandle& file);

class FileLock {
 public:
  // Creates the file when there is none. Throws OsError.
  static FileLock wait(const std::string& path);
  // Nothing when another holder has it. Throws OsError.
  static std::optional<FileLock> attempt(const std::string& path);

  void release() { file_.reset(); }

 private:
  explicit FileLock(UniqueHandle file) : file_(std::move(file)) {}
  UniqueHandle file_;
};

}  // namespace holdfast
