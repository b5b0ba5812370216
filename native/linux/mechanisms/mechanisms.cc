#include "posix/port/mechanisms.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "core/os-error.h"
#include "linux/kernel/own-proc.h"
#include "linux/kernel/proc.h"
#include "linux/mechanisms/cgroup-containment.h"
#include "linux/mechanisms/group.h"
#include "linux/mechanisms/pid-namespace.h"
#include "posix/port/process.h"
#include "posix/tree/handover.h"

namespace holdfast {

namespace {

// Under `auto` a mechanism must not change what the program can see.
std::unique_ptr<Containment> makeCgroup(const Terms& terms) {
  const bool preferred = terms.mechanisms.size() > 1;
  const std::string limit = preferred ? Cgroup::limitThatWouldHide() : std::string();
  if (!limit.empty())
    throw OsError("let the program see the " + limit + " of its service", ENOTSUP);
  return std::make_unique<CgroupContainment>(terms.treeId);
}

// A process that it does not see cannot be a member to it.
std::unique_ptr<Containment> makeGroup(const Terms& terms) {
  if (procHidesProcesses()) throw OsError("see the processes of others in /proc", EACCES);
  return std::make_unique<Group>(terms);
}

// Whoever is in the list is killed by its pid alone.
OwnChildren childrenFrom(const Handover& handover, int child) {
  OwnChildren children(ownAgain(handover.children));
  if (handover.children < 0 || child <= 0) return children;
  const std::vector<int> list = children.list();
  if (std::find(list.begin(), list.end(), child) == list.end())
    throw std::invalid_argument("the list of children is not this process's");
  return children;
}

}  // namespace

const MechanismOffer& offeredMechanisms() {
  static const MechanismOffer offer{
      {Mechanism::cgroup, Mechanism::subreaper, Mechanism::pidNamespace, Mechanism::group},
      {Mechanism::cgroup, Mechanism::subreaper},
      Mechanism::pidNamespace};
  return offer;
}

std::unique_ptr<Containment> makeContainment(Mechanism mechanism, const Terms& terms,
                                             const Surroundings& surroundings) {
  requireOwnProc();  // by which members are told from others
  switch (mechanism) {
    case Mechanism::cgroup: return makeCgroup(terms);
    case Mechanism::pidNamespace:
      return surroundings.inPlace ? std::make_unique<PidNamespace>()
                                  : std::make_unique<PidNamespace>(surroundings);
    case Mechanism::subreaper: return std::make_unique<Subreaper>();
    case Mechanism::group: return makeGroup(terms);
    default: throw OsError("no such mechanism on Linux", ENOTSUP);
  }
}
std::unique_ptr<Containment> resumeContainment(const Handover& handover, int child,
                                               const Identity& root) {
  OwnChildren children = childrenFrom(handover, child);
  switch (handover.mechanism) {
    case Mechanism::cgroup:
      return std::make_unique<CgroupContainment>(
          root, std::move(children), Cgroup(handover.cgroup, ownAgain(handover.cgroupDirectory)));
    case Mechanism::pidNamespace:
      return std::make_unique<PidNamespace>(child, ownAgain(handover.initSocket));
    case Mechanism::group:
      return std::make_unique<Group>(handover.terms, root, std::move(children));
    default: return std::make_unique<Subreaper>(root, std::move(children));
  }
}

// Init does not let go of the dead root before the guard tells it to.
Identity rootBelow(const Handover& handover, int child) {
  if (handover.mechanism != Mechanism::pidNamespace) return identityOfChild(child);
  const std::vector<int> children = childrenOf(child);
  return children.empty() ? Identity{} : identityOfChild(children.front());
}

}  // namespace holdfast
