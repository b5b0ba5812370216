// What every mechanism promises: the root starts inside, every member can be named, signalled
// and killed, and emptiness can be proven. The policy over it (when to end, how politely) is
// the guard's.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/facts.h"
#include "core/launch.h"
#include "core/member.h"
#include "posix/tree/exec-root.h"

namespace holdfast {

// A root that runs its program, or why it does not.
struct StartedRoot {
  Identity identity;
  UniqueFd pidfd;  // empty where the kernel has none
  ExecFailure failure;
};

class Containment {
 public:
  virtual ~Containment() = default;

  virtual Mechanism mechanism() const = 0;
  // The routes that stay open under this mechanism, here, for this launch.
  virtual std::vector<EscapeRoute> escapable() const = 0;
  // Where the tree is held in the file system, if anywhere.
  virtual std::string cgroupPath() const { return {}; }

  // Readable when the mechanism has news for reap(), beside SIGCHLD; -1: it never has.
  virtual int newsFd() const { return -1; }

  // How often reap() wants to look even without news; nothing: never.
  virtual std::optional<int> lookEveryMs() const { return std::nullopt; }

  // Called once. Throws OsError when no process could be made; a failed exec is an answer.
  virtual StartedRoot start(ExecRoot& exec) = 0;
  // How the root ended, once it has.
  virtual std::optional<ExitStatus> rootStatus() const = 0;
  // A stop (with its signal) or a continuation (0) of the root since the last question.
  virtual std::optional<int> takeStopChange() = 0;
  // Returns when every stop that has happened can be taken.
  virtual void settleStops() {}
  // The owner has seen the root's end: its pid may be freed.
  virtual void collectRoot() = 0;

  // Members that are not dead; the root while it lives.
  virtual std::vector<Member> members() = 0;
  virtual Usage usage() = 0;
  // To one member, by its verified identity: 0, ESRCH or EPERM.
  virtual int signalMember(const Identity& member, int signo) = 0;
  // SIGKILL to whatever is there now; how many were hit for the first time. Called again until
  // empty() holds.
  virtual std::size_t killAll() = 0;
  // Takes the end statuses of the dead. The root's is kept until collectRoot().
  virtual void reap() = 0;
  // Opens what proves and kills, for the time when nothing can be opened any more.
  virtual void keepOpen() {}
  // This process has no descriptors left, so members may live that it does not see: another
  // process, which has some, has to end them.
  virtual bool blind() { return false; }
  // Nothing is left but, perhaps, the dead root that has not been collected.
  virtual bool empty() = 0;
  // The list of this process's children, open, for another program to go on with: a member may
  // cover /proc before that program runs. Empty: the mechanism needs none.
  virtual UniqueFd releaseChildren() { return {}; }
  // From now on the owner's death ends nothing.
  virtual void release() {}
  // Where the tree is held in the file system, open, for another program to go on with. Only the
  // destructor may be called afterwards.
  virtual UniqueFd releaseDirectory() { return {}; }
  // Frees what the mechanism itself occupies once the tree is empty (a cgroup).
  virtual void dissolve() {}
};

}  // namespace holdfast
