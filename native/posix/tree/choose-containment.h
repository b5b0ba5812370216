// The decision which mechanism holds a tree: the first acceptable one that works here and now
// and leaves no refused route open. Each system folder defines it.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "posix/tree/containment.h"

namespace holdfast {

struct Choice {
  std::unique_ptr<Containment> containment;  // empty when none was acceptable
  std::vector<std::string> passedOver;       // "cgroup mkdir EACCES 13", one a candidate
};

// What a namespace is made around: the root, and the owner whose death may end it at once
// (readable then; -1: nobody's).
struct Surroundings {
  ExecRoot& root;
  int ownerFd;
  bool inPlace;  // this process shares its owner's memory: it must not be forked
};

Choice chooseContainment(const Terms& terms, const Surroundings& surroundings);

// The refused route that would stay open, or nullptr.
const EscapeRoute* refusedAmong(const std::vector<EscapeRoute>& open, const Terms& terms);

// Readable when a child has changed its state; SIGCHLD has to be blocked.
UniqueFd openChildSignals();

// A signal, and who sent it.
struct TakenSignal {
  int signo = 0;             // 0: there was none
  int sender = 0;            // 0: nobody who could be named here
  bool fromProcess = false;  // by kill(2) and the like
  bool fromKernel = false;   // as a terminal sends it, and not because of a child
};

// Readable when one of these blocked signals is pending; takeSignal takes one.
UniqueFd openSignals(const sigset_t& signals);
TakenSignal takeSignal(int signals);

// Closes every descriptor but the standard ones and `kept`, which become close-on-exec.
void closeAllBut(const std::set<int>& kept);
void setCloseOnExec(int fd);
// Closes whatever would pass to another program: everything above 2 that is not close-on-exec.
void closeInherited();

}  // namespace holdfast
