#include "guard/cleanup.h"

#include <stdexcept>

#include "core/tree-names.h"
#include "guard/step-aside.h"
#include "posix/records/record-directory.h"
#include "posix/recovery/cleanup.h"

namespace holdfast {

int runCleanup(const std::string& mark) {
  if (!isMark(mark)) throw std::invalid_argument("cleanup expects the mark of a tree");
  stepAside();
  recoverAbandoned({homeFromEnvironment(), mark});
  return 0;
}

}  // namespace holdfast
