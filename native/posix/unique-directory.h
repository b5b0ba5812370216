// Owns one open directory stream; the only place that closes one.
#pragma once

#include <dirent.h>

#include <memory>

namespace holdfast {

struct CloseDirectory {
  void operator()(DIR* directory) const { (void)closedir(directory); }
};
using UniqueDirectory = std::unique_ptr<DIR, CloseDirectory>;

}  // namespace holdfast
