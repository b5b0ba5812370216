// Mechanism `group`: the kernel signals a process group as a whole (kill(2)), but any member may
// leave it (setpgid(2), setsid(2)), and an orphan falls to a process that is not ours. So members
// are looked for in the process table again and again: by descent, process group, session and mark.
// It is what macOS has to live with, and the last resort on Linux.
#pragma once

#include "linux/mechanisms/reaper.h"
#include "linux/processes/lineage.h"
#include "posix/tree/containment.h"

namespace holdfast {

class Group : public Containment {
 public:
  explicit Group(const Terms& terms);
  // One that was handed over.
  Group(const Terms& terms, const Identity& root, OwnChildren children);

  Mechanism mechanism() const override { return Mechanism::group; }
  std::vector<EscapeRoute> escapable() const override;
  StartedRoot start(ExecRoot& exec) override;
  std::optional<ExitStatus> rootStatus() const override { return reaper_.rootStatus(); }
  std::optional<int> takeStopChange() override { return reaper_.takeStopChange(); }
  void collectRoot() override { reaper_.collectRoot(); }
  std::vector<Member> members() override;
  Usage usage() override;
  int signalMember(const Identity& member, int signo) override;
  std::size_t killAll() override;
  void reap() override;
  bool empty() override;
  UniqueFd releaseChildren() override { return reaper_.children().release(); }
  void keepOpen() override { reaper_.children().open(); }
  bool blind() override { return lineage_.blind(); }
  std::optional<int> lookEveryMs() const override { return kRoutineLookMs; }

 private:
  // A parent that lives shorter than this may leave children that nobody saw born
  // (`fast-double-fork`).
  static constexpr int kRoutineLookMs = 500;
  // In a storm a look takes seconds, and whoever asks for something waits for it.
  static constexpr int kLearnMs = 100;
  static constexpr int kRestPerLook = 4;

  Lineage lineage_;
  Reaper reaper_;
  std::int64_t lookedAt_;
};

}  // namespace holdfast
