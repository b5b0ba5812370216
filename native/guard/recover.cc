#include "guard/recover.h"

#include <stdexcept>

#include "posix/port/process.h"
#include "posix/recovery/recover-tree.h"
#include "posix/tree/owner-link.h"

namespace holdfast {

namespace {

constexpr int kLinkSocket = 3;

}  // namespace

int runRecover(const std::vector<std::string>& lines) {
  TreeFacts facts;
  for (const std::string& line : lines) (void)facts.take(line);
  if (facts.treeId.empty() || facts.mark.empty())
    throw std::invalid_argument("recover expects at least the lines `tree` and `mark`");
  if (const auto guard = identityOf(facts.guard.pid); guard && *guard == facts.guard)
    throw std::invalid_argument("the guard of this tree is alive");
  OwnerLink link{UniqueFd(kLinkSocket)};
  link.requireOwnPeer();
  for (const std::string& line : recoverTree(facts)) link.send(line);
  return 0;
}

}  // namespace holdfast
