// The children of this process, for whom one needs no /proc: the kernel's list of them stays
// readable once it is open, and a child that has not been waited for keeps its pid.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "core/member.h"
#include "posix/unique-fd.h"

namespace holdfast {

class OwnChildren {
 public:
  OwnChildren() = default;
  // With the list that this process has opened before it became another program; none: not opened.
  explicit OwnChildren(UniqueFd list) : list_(std::move(list)) {}
  // Opens the list, which later perhaps cannot be opened any more.
  void open();
  // For another program of this process to go on with; empty where it cannot be opened.
  UniqueFd release();
  // Of this process's only thread, dead ones included.
  std::vector<int> list();
  // It could not be opened in time: nothing that list() says can be relied on.
  bool blind();

  // Whether this pid is a child's that lives.
  static bool isAlive(int pid);
  // Adds the living children that /proc does not show and that are not in the list. Their start
  // time is 0.
  void addHidden(std::vector<Member>& members);
  // To a member by its identity, or, if /proc does not show it, to a child of this pid. 0, ESRCH
  // or EPERM.
  static int signal(const Identity& member, int signo);

 private:
  UniqueFd list_;
};

}  // namespace holdfast
