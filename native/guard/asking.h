// Asks the members of a tree to end, each once. One that handles the signal answers for those
// below it: a wrapper passes it on, a server ends its workers, and a second signal would break off
// their clean end. So these are asked when nobody answers for them any more and they would simply
// die of it, and otherwise when half of the grace is over.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "posix/containment.h"

namespace holdfast {

// Who has the signal already, from somebody else.
enum class Told { nobody, group, everybody };

struct Wish {
  int signo = 15;
  Told told = Told::nobody;
  int group = 0;  // the process group that Told::group means
};

class Asking {
 public:
  Asking(Containment& containment, const Wish& wish) : containment_(containment), wish_(wish) {}

  // Whoever has to be asked now. Nobody is spared in the last rounds.
  void round(bool last);
  // Of those who were asked, or answered for: all, and those who live.
  std::size_t known() const { return known_.size(); }
  std::size_t alive();

 private:
  using Key = std::pair<int, std::uint64_t>;
  struct Standing {
    bool asked = false;
    bool answers = false;  // for those below it
  };

  Standing* standingOf(const Identity& member);
  bool wasTold(const Member& member) const;
  bool consider(const Member& member, bool isAnsweredFor, bool last);
  void ask(const Member& member, Standing& standing);

  Containment& containment_;
  Wish wish_;
  std::map<Key, Standing> known_;
  bool begun_ = false;
};

}  // namespace holdfast
