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
  // Takes over the record of a dead guard: it has to bear the tree's name and to be unlocked.
  // Throws OsError.
  static Record adopt(const std::string& path, const std::string& treeId);
  // One whose locked file is open already.
  Record(std::string path, UniqueFd file) : path_(std::move(path)), file_(std::move(file)) {}

  const std::string& path() const { return path_; }
  // The file, open and locked; the record stays when this object is gone.
  UniqueFd release() { return std::move(file_); }
  // Adds lines to the record. Throws OsError.
  void append(const std::string& text);
  // Removes the file, then lets the lock go.
  void remove();

 private:
  std::string path_;
  UniqueFd file_;
};

// The value of HOLDFAST_HOME in this process's environment, or empty.
std::string homeFromEnvironment();

// Where this user's records are: run below `home` when that is an absolute path; else
// /run/user/<uid>/holdfast where /run/user/<uid> is the user's and 0700; else
// .local/state/holdfast/run below the home in /etc/passwd. Made with mode 0700 when missing. Throws
// OsError.
std::string recordDirectory(const std::string& home);

}  // namespace holdfast
