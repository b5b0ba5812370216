// The command line of `run`: options before `--` (or before the first word that is none), then
// the command. Pure text in, terms out.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "core/launch.h"

namespace holdfast {

struct RunOptions {
  Terms terms;  // without identity
  std::vector<std::string> command;
  std::string jsonReport;  // a file to write, or empty
  std::vector<Identity> owners;
  bool ownerIsParent = false;
  bool ownerIsStdin = false;
  bool returnsRoot = false;  // ends with the root, while the tree lives on under another owner
  bool helpWanted = false;
};

// What was expected, what came, and what to do.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

RunOptions parseRunOptions(const std::vector<std::string>& arguments, const MechanismOffer& offer);

// The launch of the command, without its environment.
Launch launchOf(const RunOptions& run, const std::string& treeId, const char* outerMark);

std::string runHelp();

}  // namespace holdfast
