// The members of several abandoned trees, found and ended together: each look at the processes of
// the machine serves all of them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/member.h"
#include "core/records/membership.h"
#include "core/records/record.h"

namespace holdfast {

// What a record says, and what is to become of its tree. Members of a spared one (live, released,
// another's concern) are nobody else's.
struct TreeClaim {
  enum class Fate { ended, spared };

  RecordFacts facts;
  Fate fate = Fate::ended;
  bool guardIsStuck = false;  // it lives and does not answer: it ends with its tree
};

struct Found {
  static constexpr std::size_t kNoTree = SIZE_MAX;

  Member process;
  std::string mark;
  std::size_t tree = kNoTree;  // the claim that speaks for it
  Verdict verdict;
};

// What one look has found. Members that may not be signalled are among the members.
struct Findings {
  std::vector<Found> members;
  std::vector<Found> suspects;
  std::set<std::size_t> inhabited;  // the trees, spared ones too, for which a process speaks
};

class AbandonedTrees {
 public:
  // Who is asked for a mark: those who may be members, or every process of this user.
  enum class Scope { members, everybody };

  virtual ~AbandonedTrees() = default;
  virtual const Findings& look(Scope scope) = 0;
  // Somebody of the last look could not show a mark for a moment (Census::metChange()).
  virtual bool doubtful() const = 0;

  // One step for the members of the last look: whoever the kernel cannot kill as a whole is stopped
  // until nobody new is found, and then killed. Whether anybody was met for the first time.
  virtual bool press() = 0;
  // How many of a tree have been killed.
  virtual std::size_t killed(std::size_t tree) const = 0;
  // `denied`, `uninterruptible` or `alive`.
  virtual std::string whyAlive(const Found& member) = 0;

  // Frees what has held an empty tree. False: something of it is left.
  virtual bool dissolve(std::size_t tree) = 0;
};

std::unique_ptr<AbandonedTrees> findAbandoned(std::vector<TreeClaim> claims);

// One process before every claim that something speaks for, the innermost tree first.
struct Trial {
  std::size_t tree = 0;
  Evidence evidence;
  Verdict verdict;
};
struct Trials {
  Member process;
  std::string mark;
  bool isSelf = false;
  bool hasUser = false;          // that of this process
  bool hasPidNamespace = false;  // that of this process
  Member parent;                 // pid 0: none that can be seen
  Doubt doubt = Doubt::none;     // where no claim speaks for it
  std::vector<Trial> trials;
};

// Nothing when there is no such process.
std::optional<Trials> tryProcess(int pid, std::vector<TreeClaim> claims);

}  // namespace holdfast
