// Mechanism `namespace`: the tree lives in a PID namespace of its own. Its init is ours and dies
// by the kernel's hand when the guard dies (PR_SET_PDEATHSIG), and with it every process inside
// (pid_namespaces(7)): nothing is left to run when owner and guard are killed together.
#pragma once

#include <deque>

#include "linux/mechanisms/subreaper.h"
#include "posix/port/mechanisms.h"

namespace holdfast {

class PidNamespace : public Subreaper {
 public:
  // Makes the namespace and its init, which waits for start(). Throws OsError that names the
  // step that is not permitted here.
  explicit PidNamespace(const Surroundings& surroundings);
  // One that is made with its root, in place: until then it only knows what it will be.
  PidNamespace() = default;
  // One that was made in place. `init` is its pid, a child of this process.
  PidNamespace(int init, UniqueFd socket);
  // Ends what may be left, init included.
  ~PidNamespace() override;

  Mechanism mechanism() const override { return Mechanism::pidNamespace; }
  std::vector<EscapeRoute> escapable() const override { return {EscapeRoute::broker}; }
  StartedRoot start(ExecRoot& root) override;
  std::optional<ExitStatus> rootStatus() const override { return status_; }
  std::optional<int> takeStopChange() override;
  int newsFd() const override { return socket_.get(); }
  void collectRoot() override;
  std::vector<Member> members() override;
  std::size_t killAll() override;
  void reap() override;
  bool empty() override { return alone_ || initGone_; }
  bool blind() override { return false; }  // the kernel ends all of it with its init
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

  int init_ = 0;  // pid
  UniqueFd socket_;
  std::optional<ExitStatus> status_;
  std::deque<int> stopChanges_;
  bool started_ = false;
  bool killed_ = false;
  bool collected_ = false;
  bool settled_ = false;   // init has answered settleStops()
  bool alone_ = false;     // init has nothing left but, perhaps, the dead root
  bool initGone_ = false;  // and therefore everything in the namespace
};

}  // namespace holdfast
