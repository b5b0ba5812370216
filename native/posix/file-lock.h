// A lock on a file that the kernel holds for this process and drops when it dies (flock(2)).
#pragma once

#include <optional>
#include <string>

#include "posix/unique-fd.h"

namespace holdfast {

class FileLock {
 public:
  // Creates the file, mode 0600, when there is none. Throws OsError.
  static FileLock wait(const std::string& path);
  // Nothing when another holder has it. Throws OsError.
  static std::optional<FileLock> attempt(const std::string& path);

  void release() { file_.reset(); }

 private:
  explicit FileLock(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

}  // namespace holdfast
