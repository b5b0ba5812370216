// What is left of a tree whose guard has died: found again by the facts that the guard had told,
// each process checked before it is signalled. Each system folder defines it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/mechanism.h"
#include "core/member.h"

namespace holdfast {

struct TreeFacts {
  std::string treeId;
  std::string mark;
  Identity guard;      // no member is older; pid 0: it died early
  Identity root;       // pid 0: the guard died before it could tell
  std::string cgroup;  // path, or empty
  std::string record;  // path, or empty
  std::optional<Mechanism> mechanism;

  // Takes one line of the protocol, `tree ID` and `mark M` included; others are passed over.
  void take(const std::string& line);
};

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
