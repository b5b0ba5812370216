// Asks the members of a tree to end, each once. One that handles the signal answers for those
// below it: a wrapper passes it on, a server ends its workers, and a second signal would break off
// their clean end. So these are not asked while somebody answers for them, before half of the grace
// is over. Afterwards the members that do not handle the signal are asked at once; the others may
// be ending already and get a moment.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "posix/tree/containment.h"

namespace holdfast {

// Who has the signal already, from somebody else.
enum class Told { nobody, root, group, everybody };

struct Wish {
  int signo = 15;
  Told told = Told::nobody;
  int group = 0;  // the process group that Told::group means
};

class Asking {
 public:
  Asking(Containment& containment, const Wish& wish) : containment_(containment), wish_(wish) {}

  // Whoever has to be asked now, in ms of the monotonic clock. Nobody is spared in the last rounds.
  void round(std::int64_t now, bool last);
  // Of those who were asked, or answered for: all, and those who live.
  std::size_t known() const { return known_.size(); }
  std::size_t alive();

 private:
  using Key = std::pair<int, std::uint64_t>;
  struct Standing {
    bool handles = false;  // the signal, when it was first seen
    bool asked = false;
    std::int64_t aloneSince = 0;  // nobody answers for it any more
  };
  struct Round {
    std::int64_t now;
    bool last;
  };

  Standing* standingOf(const Identity& member);
  bool wasTold(const Member& member, std::int64_t now) const;
  bool consider(const Member& member, bool isAnsweredFor, const Round& round);
  bool isDue(const Member& member, bool isAnsweredFor, const Round& round, Standing& standing);

  Containment& containment_;
  Wish wish_;
  std::map<Key, Standing> known_;
  std::int64_t begunAt_ = 0;
};

}  // namespace holdfast
