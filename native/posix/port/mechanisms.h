// The mechanisms that a system has: which they are, how one is made, and how one is taken over from
// the process that made it.
#pragma once

#include <memory>

#include "core/launch.h"
#include "posix/tree/containment.h"

namespace holdfast {

struct Handover;

const MechanismOffer& offeredMechanisms();

// What a namespace is made around: the root, and the owner whose death may end it at once
// (readable then; -1: no death does).
struct Surroundings {
  ExecRoot& exec;
  int ownerFd;
  bool inPlace;  // this process shares its owner's memory: it must not be forked
};

// Throws OsError, which names what keeps the mechanism from holding this tree here and now.
std::unique_ptr<Containment> makeContainment(Mechanism mechanism, const Terms& terms,
                                             const Surroundings& surroundings);

// Of a tree that was handed over. `child` is the process that was started: the root, or the init of
// its namespace.
std::unique_ptr<Containment> resumeContainment(const Handover& handover, int child,
                                               const Identity& root);
// Its root; of pid 0 when it has gone with its namespace.
Identity rootBelow(const Handover& handover, int child);

}  // namespace holdfast
