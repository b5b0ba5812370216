// The file in which the front leaves how its tree ended.
#pragma once

#include <string>

#include "guard/front/outcome.h"
#include "posix/unique-fd.h"

namespace holdfast {

// The file is opened before anything starts, so that a wrong path costs nothing.
class FrontReport {
 public:
  explicit FrontReport(const std::string& path);
  void write(const std::string& treeId, const FrontOutcome& outcome) const;

 private:
  std::string path_;
  UniqueFd file_;
};

}  // namespace holdfast
