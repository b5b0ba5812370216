#include "guard/forked-guard.h"

#include <unistd.h>

#include <optional>

#include "guard/supervisor/supervisor.h"
#include "posix/records/record-directory.h"
#include "posix/tree/launch-tree.h"

namespace holdfast {

void becomeForkedGuard(UniqueFd socket, const Launch& launch, const SignalState& kept) {
  takeOverSignals();
  OwnerLink link(std::move(socket));
  std::optional<FrontTies> ties;
  try {
    if (launch.terms.front) ties.emplace(*launch.terms.front, link);
  } catch (...) {
    link.send(factOfFailure());
    _exit(0);
  }
  auto tree = launchTree({link, kept, homeFromEnvironment(), {}}, launch);
  if (tree) superviseTree(std::move(link), std::move(*tree), std::move(ties));
  _exit(0);
}

}  // namespace holdfast
