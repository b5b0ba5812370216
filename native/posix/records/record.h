// The small locked file that says a tree lives. Made under a temporary name, locked, written and
// renamed before the root may exec; unlinked before it is unlocked. A record that nobody locks
// is what a crash leaves behind.
#pragma once

#include <string>

#include "posix/unique-fd.h"

namespace holdfast {

class Record {
 public:
  // Throws OsError when no record can be kept; the tree then lives unrecorded.
  static Record create(const std::string& home, const std::string& treeId, const std::string& text);
  // Takes over the record of a dead guard: it has to bear the tree's name, to be unlocked, and
  // still to stand there. Throws OsError.
  static Record adopt(const std::string& path, const std::string& treeId);
  // One whose locked file is open already.
  Record(std::string path, UniqueFd file) : path_(std::move(path)), file_(std::move(file)) {}

  const std::string& path() const { return path_; }
  // Where the guard may listen; what stands there goes with the record.
  std::string socketPath() const;
  // The file, open and locked; the record stays when this object is gone.
  UniqueFd release() { return std::move(file_); }
  // Adds lines to the record, all or none. Throws OsError.
  void append(const std::string& text);
  // Removes socket and file, then lets the lock go.
  void remove();

 private:
  std::string path_;
  UniqueFd file_;
};

// Whether somebody holds the lock of an open record, found out without keeping it. Whoever takes
// it for good meanwhile waits a moment. Throws OsError.
bool isLocked(const UniqueFd& file, const std::string& path);

}  // namespace holdfast
