// The first process of a tree's PID namespace, from the start of the root to its own end, which
// comes when nothing is left.
#pragma once

namespace holdfast {

struct InitLife {
  int root;      // pid, inside
  int socket;    // to the guard, a message a fact
  int ownerFd;   // readable when the owner is dead, whose death ends all at once; -1: nobody's
  int children;  // the kernel's list of its children, opened before a member could cover /proc
};

[[noreturn]] void liveAsInit(const InitLife& life);

}  // namespace holdfast
