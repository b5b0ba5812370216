// Mechanism `namespace`: the tree lives in a PID namespace of its own. Whoever is born in a PID
// namespace cannot leave it, and when its first process, the init, ends, the kernel kills everybody
// else inside (pid_namespaces(7)). The init is a child of the guard, and the kernel kills it when
// the guard dies (PR_SET_PDEATHSIG(2const)): so nothing runs on when owner and guard are killed
// together.
#pragma once

#include <deque>

#include "linux/mechanisms/subreaper.h"
#include "posix/port/mechanisms.h"

namespace holdfast {

class PidNamespace : public Containment {
 public:
  // Makes the namespace and its init, which waits for start(). Throws OsError that names the
  // step that is not permitted here.
  explicit PidNamespace(const Surroundings& surroundings);
  // One that will be made in place, together with its root; until then it has no init.
  PidNamespace() = default;
  // One that was made in place. `init` is its pid, a child of this process.
  PidNamespace(int init, UniqueFd socket);
  // Ends what may be left, init included.
  ~PidNamespace() override;

  Mechanism mechanism() const override { return Mechanism::pidNamespace; }
  std::vector<EscapeRoute> escapable() const override { return {EscapeRoute::broker}; }
  StartedRoot start(ExecRoot& exec) override;
  std::optional<ExitStatus> rootStatus() const override { return status_; }
  std::optional<int> takeStopChange() override;
  int newsFd() const override { return socket_.get(); }
  void collectRoot() override;
  std::vector<Member> members() override;
  Usage usage() override { return below_.usage(); }
  int signalMember(const Identity& member, int signo) override {
    return below_.signalMember(member, signo);
  }
  void keepOpen() override { below_.keepOpen(); }
  std::size_t killAll() override;
  void reap() override;
  bool empty() override { return stage_ >= Stage::alone; }
  void settleStops() override;
  void release() override;

 private:
  void awaitReady();
  void tell(std::string_view word);
  void takeMessage(const std::string& message);
  void addStopChange(int change);
  void receiveAll();
  std::size_t countInside() const;
  void killInit();

  enum class Stage {
    prepared,  // no root runs yet
    running,
    alone,  // init has nothing left but, perhaps, the dead root
    gone,   // and with init everything in the namespace
  };

  Subreaper below_;  // what the guard sees of the namespace, below itself
  int init_ = 0;     // pid
  UniqueFd socket_;
  std::optional<ExitStatus> status_;
  std::deque<int> stopChanges_;
  Stage stage_ = Stage::prepared;
  bool killed_ = false;
  bool settled_ = false;  // init has answered settleStops()
};

}  // namespace holdfast
