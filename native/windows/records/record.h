// The small locked file that says a tree lives: written before the root runs, deleted by the kernel
// when its holder closes it or dies (FILE_FLAG_DELETE_ON_CLOSE). One that nobody locks is what a
// crash of the whole system leaves behind.
#pragma once

#include <string>
#include <utility>

#include "windows/unique-handle.h"

namespace holdfast {

class Record {
 public:
  // Throws OsError when no record can be kept; the tree then lives unrecorded.
  static Record create(const std::string& home, const std::string& treeId, const std::string& text);

  const std::string& path() const { return path_; }
  // Adds a line. Throws OsError.
  void append(const std::string& text);
  void remove() { file_.reset(); }

 private:
  Record(std::string path, UniqueHandle file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  UniqueHandle file_;
};

// Deletes a record if nobody holds it. Throws OsError.
void removeAbandoned(const std::string& path);

// Whether somebody holds the lock of an open record, found out without keeping it.
bool isLocked(const UniqueHandle& file, const std::string& path);

}  // namespace holdfast
