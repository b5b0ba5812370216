// The descriptor table of a root: inheritable duplicates of what it is given, and the block in
// which the C runtime of a child finds its descriptors above 2 (STARTUPINFO, lpReserved2).
#pragma once

#include <string>
#include <vector>

#include "core/launch.h"
#include "windows/unique-handle.h"

namespace holdfast {

class RootStdio {
 public:
  // `passed` in the order of the entries that are passed. Throws OsError.
  RootStdio(const std::vector<StdioEntry>& entries, const std::vector<HANDLE>& passed);

  HANDLE standard(std::size_t index) const;
  // The handles that the root inherits, and no others (PROC_THREAD_ATTRIBUTE_HANDLE_LIST).
  std::vector<HANDLE>& inheritable() { return inheritable_; }
  std::string& block() { return block_; }

 private:
  void add(UniqueHandle handle);
  void writeBlock();

  std::vector<UniqueHandle> table_;
  std::vector<HANDLE> inheritable_;
  std::string block_;
};

}  // namespace holdfast
