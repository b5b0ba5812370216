// Supervises one tree from the start of its root to its proven end: watches owner, root and
// clock, answers the owner's requests, and ends what is left.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/launch.h"
#include "guard/ending.h"
#include "posix/launch-tree.h"

namespace holdfast {

// From here on this process is a guard and nothing else. Returns when the tree is gone.
void superviseTree(OwnerLink link, LaunchedTree tree);

class Supervisor {
 public:
  Supervisor(OwnerLink link, LaunchedTree tree);

  // Returns when the tree is empty and everything that spoke of it is gone.
  void run();

 private:
  void wait();
  int waitMs() const;
  void observeOwner();
  void observeRoot();
  void reportStops();
  void checkTimeout();
  void serveRequests();
  void serve(const std::string& request);
  void serveEnd(const std::vector<std::string_view>& fields);
  void serveSignal(int signo);
  void serveResume();
  void serveMembers();
  void serveUsage();
  void serveRelease();
  void begin(const EndTerms& terms);
  void advance();
  void reportEnd(EndReason reason);
  void reportSurvivors();
  void dissolve();
  bool finished() const;

  OwnerLink link_;
  LaunchedTree tree_;
  UniqueFd childSignals_;
  std::int64_t startedAt_;
  std::optional<Ending> ending_;
  bool rootReported_ = false;
  bool rootCollected_ = false;
  bool released_ = false;
  bool reported_ = false;
  bool empty_ = false;
};

}  // namespace holdfast
