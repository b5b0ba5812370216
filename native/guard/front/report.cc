#include "guard/front/report.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/text/printable.h"
#include "posix/records/other-users.h"

namespace holdfast {

FrontReport::FrontReport(const std::string& path) : path_(path) {
  if (path.empty()) return;
  file_ = openToWrite(path);
}

void FrontReport::write(const std::string& treeId, const FrontOutcome& outcome) const {
  if (!file_) return;
  const std::string text = reportJson(treeId, outcome);
  if (::write(file_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    std::fprintf(stderr, "holdfast: %s: %s\n", printable(path_).c_str(), std::strerror(errno));
}

}  // namespace holdfast
