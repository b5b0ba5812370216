// Supervises one tree from the start of its root to its proven end: watches owner, root and
// clock, answers the owner and other commands of the user, and ends what is left.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/launch.h"
#include "core/requests.h"
#include "guard/supervisor/command-socket.h"
#include "guard/supervisor/ending.h"
#include "guard/supervisor/front-ties.h"
#include "posix/tree/launch-tree.h"

namespace holdfast {

// From here on this process is a guard and nothing else. Returns when the tree is gone.
void superviseTree(OwnerLink link, LaunchedTree tree, std::optional<FrontTies> front = {});

class Supervisor {
 public:
  Supervisor(OwnerLink link, LaunchedTree tree, std::optional<FrontTies> front = {});

  // One look at everything, and what follows from it.
  void step();
  // For what comes after the first moments.
  void keepOpen() { tree_.containment->keepOpen(); }
  void watchCallers();
  void beginRelay();
  // After a first step. Returns when the tree is empty and everything that spoke of it is gone.
  void run();

 private:
  static constexpr std::int64_t kNever = INT64_MAX;

  // `collected`: the owner has seen its end.
  enum class RootStage { running, stopped, ended, collected };
  // `released`: nothing ends it any more but a request.
  enum class Stage { held, released, empty };

  struct DueEnd {
    std::int64_t at;
    std::uint64_t graceMs;
  };

  void settle();
  void wait();
  int waitMs() const;
  void observeOwner();
  void observeRoot();
  void reportStops();
  void observeFront();
  void loseOwner();
  void beginAt(std::int64_t at, std::uint64_t graceMs);
  void beginSoon(std::uint64_t graceMs);
  std::int64_t dueAt() const;
  void beginWhenDue();
  void wakeFront();
  void relaySignals();
  void passOn(const RelayedSignal& signal);
  void checkTimeout();
  void serveRequests();
  void serve(const std::string& request);
  void serve(CommandSocket::Caller& caller, const std::string& request);
  bool answer(const Fields& fields, LineSocket& asker);
  void serveSignal(int signo);
  void serveResume();
  void serveRelease();
  void serveChecked();
  void serveFrontSignal(const Fields& fields);
  void serveLeave();
  void noteTold(int signo, Told told);
  Told toldLately() const;
  void begin(const EndTerms& terms);
  void advance();
  bool isEmptyNow();
  void concludeEmpty();
  void reportEnd(EndReason reason);
  void reportSurvivors();
  std::vector<std::string> survivors();
  void giveUpIfBlind();
  void tell(const std::string& fact);
  void dissolve();
  bool reported() const { return !report_.empty(); }
  bool empty() const { return stage_ == Stage::empty; }
  bool rootHasEnded() const { return rootStage_ >= RootStage::ended; }
  bool finished() const;

  OwnerLink link_;
  LaunchedTree tree_;
  std::optional<FrontTies> front_;
  UniqueFd childSignals_;
  std::int64_t timeoutAt_;  // kNever: there is none, or it has come
  std::optional<CommandSocket> commands_;
  std::optional<Ending> ending_;
  std::string report_;  // the last fact, once it has been told
  Stage stage_ = Stage::held;
  RootStage rootStage_ = RootStage::running;
  std::vector<DueEnd> due_;       // ends that wait for something before them
  Told lastTold_ = Told::nobody;  // when programs were asked to end by others
  std::int64_t lastToldAt_ = INT64_MIN / 2;
  std::optional<std::int64_t> blindSince_;
};

}  // namespace holdfast
