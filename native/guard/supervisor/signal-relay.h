// What a guard makes of the signals that its front takes: each reaches the root once. One to the
// group has reached it already, and so has one that somebody sends to each process of the tree; the
// guard itself is one of them, and gets it a moment before or after the front. So a signal waits
// until its sender is at rest.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "guard/supervisor/asking.h"
#include "posix/unique-fd.h"

namespace holdfast {

struct RelayedSignal {
  int signo = 0;
  Told told = Told::nobody;  // beside the front
};

class SignalRelay {
 public:
  // In a session of its own: what came before that came to the group of the front. Throws OsError.
  SignalRelay();

  // Readable when this process has been sent a signal.
  int fd() const { return signals_.get(); }
  // A signal that the front has taken, and whether its group got it as well.
  void take(int signo, int sender, bool toGroup);
  // What is certain now. What members send to their guard is no concern of the root's.
  std::vector<RelayedSignal> settled(const std::function<bool(int pid)>& isMember);
  // Whether the front has to be asked if it has more signals, which it tells before it answers.
  bool wantsCheck();
  void checked() { checkedAt_ = checkAskedAt_; }
  // When settled() wants to be asked again at the latest.
  std::int64_t nextAt() const;
  bool holds() const { return !held_.empty(); }

 private:
  struct Event {
    int signo;
    int sender;
    std::int64_t at;
    bool toGroup = false;
  };

  void takeOwn(const std::function<bool(int pid)>& isMember);
  bool takeSame(const Event& event);
  bool isSettled(const Event& event, std::int64_t now);
  void forgetOld(std::int64_t now);

  UniqueFd signals_;
  std::vector<Event> held_;     // sent to the front
  std::vector<Event> own_;      // sent to this process
  std::vector<Event> toGroup_;  // sent to the group a moment ago
  bool wantsCheck_ = false;
  std::int64_t checkAskedAt_ = 0;
  std::int64_t checkedAt_ = 0;
};

}  // namespace holdfast
