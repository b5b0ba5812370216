// Mechanism `subreaper`: the guard is PR_SET_CHILD_SUBREAPER, so whatever loses its parent
// becomes the guard's child, and "no child left" proves that the tree is empty.
#pragma once

#include "core/containment.h"
#include "linux/reaper.h"

namespace holdfast {

class Subreaper : public Containment {
 public:
  // Makes this process a subreaper for good. Throws OsError.
  Subreaper();

  Mechanism mechanism() const override { return Mechanism::subreaper; }
  std::vector<EscapeRoute> escapable() const override;
  std::vector<Member> members() override;
  Usage usage() override;
  Sweep signalAll(int signo) override;
  Sweep killAll() override;
  void reap() override { reaper_.reap(); }
  bool empty() override { return reaper_.noneLeft(); }

  Reaper& reaper() { return reaper_; }

 protected:
  Reaper reaper_;

 private:
  Sweep stopThenKill();
  int sweeps_ = 0;
};

}  // namespace holdfast
