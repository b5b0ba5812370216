// Whether a signal was meant for the whole process group or for this process alone: nothing that
// comes with it tells (siginfo has the sender only). A child in the same group that blocks every
// signal has it pending as well in the one case.
#pragma once

#include <memory>

namespace holdfast {

class Witness {
 public:
  virtual ~Witness() = default;

  // Of a signal that this process has taken: whether the group got it from the same sender, too.
  // Asked once for each; what the child has of this signal is gone then.
  virtual bool saw(int signo, int sender) = 0;
  // It is not asked any more: it ends beside this process, which waits for it when it is destroyed.
  virtual void dismiss() = 0;
};

// To be made when every signal is blocked. Ends with this process, and when it is destroyed.
// Where no such child can be made it has seen nothing.
std::unique_ptr<Witness> makeWitness();

}  // namespace holdfast
