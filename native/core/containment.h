// What every mechanism promises: the root starts inside, every member can be named, signalled
// and killed, and emptiness can be proven. The policy over it (when to end, how politely) is
// the guard's.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/launch.h"
#include "core/member.h"

namespace holdfast {

// Signalled in one go: who was reached, and who could not be.
struct Sweep {
  std::vector<Identity> reached;
  std::vector<Member> denied;  // EPERM: a member with more privileges than the guard
};

class Containment {
 public:
  virtual ~Containment() = default;

  virtual Mechanism mechanism() const = 0;
  // The routes that stay open under this mechanism, here, for this launch.
  virtual std::vector<EscapeRoute> escapable() const = 0;
  // Where the tree is held in the file system, if anywhere.
  virtual std::string cgroupPath() const { return {}; }

  // Members that are not dead; the root while it lives.
  virtual std::vector<Member> members() = 0;
  virtual Usage usage() = 0;
  // SIGTERM, SIGHUP and the like to every member.
  virtual Sweep signalAll(int signo) = 0;
  // SIGKILL to whatever is there now. Called again until empty() holds.
  virtual Sweep killAll() = 0;
  // Takes the end statuses of the dead. The root's is kept until collectRoot().
  virtual void reap() = 0;
  // Nothing is left but, perhaps, the dead root that has not been collected.
  virtual bool empty() = 0;
  // Frees what the mechanism itself occupies once the tree is empty (a cgroup).
  virtual void dissolve() {}
};

}  // namespace holdfast
