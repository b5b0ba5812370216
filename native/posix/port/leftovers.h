// What is left of a tree whose guard has died: found again by the facts that the guard had told,
// each process checked before it is signalled.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/member.h"
#include "posix/tree/tree-facts.h"

namespace holdfast {

class Leftovers {
 public:
  virtual ~Leftovers() = default;
  virtual std::vector<Member> members() = 0;
  // SIGKILL to whatever is there now; how many were hit for the first time.
  virtual std::size_t killAll() = 0;
  // False: whether somebody else is left nobody can tell from here.
  virtual bool seesAll() const = 0;
  // Frees the cgroup. For an empty tree.
  virtual void dissolve() = 0;
};

std::unique_ptr<Leftovers> findLeftovers(const TreeFacts& facts);

}  // namespace holdfast
