// A guard as its starter holds it: a process that shares our console, with a pipe for requests, a
// pipe for facts, and copies of the handles for its root.
#pragma once

#include <string>
#include <vector>

#include "core/text/lines.h"
#include "windows/unique-handle.h"

namespace holdfast {

struct GuardTerms {
  std::string path;         // of the program
  bool linkCounts = false;  // the end of the link is the owner's death, too
  bool detached = false;    // its root is not at our console, so neither is it
};

class GuardProcess {
 public:
  // Throws OsError.
  GuardProcess(const GuardTerms& terms, const std::vector<HANDLE>& passed);

  // These fail only when the guard is dead, of which readLine() tells.
  void writeRequest(const std::string& request);
  void writeLine(const std::string& line);
  // Waits. False: the guard has ended.
  bool readLine(std::string& line);
  void hangUp() { requests_.reset(); }
  void terminate();

 private:
  void write(const std::string& bytes);

  UniqueHandle process_;
  UniqueHandle requests_;
  UniqueHandle facts_;
  LineBuffer lines_;
};

}  // namespace holdfast
