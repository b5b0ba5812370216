// What a guard does for the front of `run` beside its tree: passes signals on, and watches who else
// ends the tree.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "guard/supervisor/signal-relay.h"
#include "guard/supervisor/stdin-watch.h"
#include "posix/await-events.h"
#include "posix/tree/owner-watch.h"
#include "posix/tree/pending-signals.h"

namespace holdfast {

class FrontTies {
 public:
  enum class Loss { none, owner, caller, input };

  // Throws OsError, or std::invalid_argument when an owner cannot be one.
  FrontTies(const FrontTerms& terms, const OwnerLink& link);

  // When the root runs, and while standard input is still the root's.
  void watchCallers();

  // Whether a signal had come to the front before this was made, and was not asked for before: its
  // group was without the root.
  bool takeEarly(int signo) { return takeFrom(early_, signo); }

  // From when this process is in a session of its own. Throws OsError.
  void beginRelay() { relay_.emplace(); }
  std::optional<SignalRelay>& relay() { return relay_; }
  // A signal to the front waits for what it was.
  bool isUndecided() const { return relay_ && relay_->holds(); }
  // The group that the front shares with the root.
  int group() const { return group_; }

  void watch(std::vector<pollfd>& watched) const;
  // Each loss is told once.
  Loss look();
  std::int64_t nextAt() const;
  // The front has returned: nobody who called it matters any more, nor does a signal.
  void leave();
  bool hasLeft() const { return left_; }

 private:
  struct Caller {
    explicit Caller(const Identity& caller);
    bool isGone() const;

    Identity identity;
    UniqueFd pidfd;  // empty where the kernel has none
  };

  void watchClient(const Identity& client);
  bool lookAtClient();

  FrontTerms terms_;
  int group_;
  sigset_t early_;
  std::vector<Caller> callers_;
  std::vector<OwnerWatch> owners_;
  std::optional<Caller> client_;
  std::optional<StdinWatch> input_;
  bool clientGone_ = false;
  bool left_ = false;
  std::optional<SignalRelay> relay_;
};

}  // namespace holdfast
