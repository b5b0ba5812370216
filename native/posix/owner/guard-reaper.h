// Waits for the guards of this process, and only for them, on one thread of its own that outlives
// every JavaScript environment. When a guard is killed, it starts `recover` in its place. Once,
// after the first root has started, it looks for trees that others have abandoned.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "posix/port/death-watch.h"
#include "posix/recovery/cleanup.h"
#include "posix/unique-fd.h"

namespace holdfast {

// What is needed to end a tree in its guard's stead.
struct GuardStory {
  std::string guardPath;
  std::string home;
  UniqueFd guardEnd;  // of the socket: who takes over speaks to the owner through it
  std::vector<std::string> facts;
};

// Who looks for abandoned trees, and the program that ends them.
struct Search {
  std::string guardPath;
  Seeker seeker;
};

class GuardReaper {
 public:
  // Never destroyed: its thread runs until the process ends. Throws OsError at the first call.
  static GuardReaper& instance();
  GuardReaper();

  // From now on this child is waited for. Its number for the calls below.
  std::uint64_t watch(int pid, GuardStory story);
  void setFacts(std::uint64_t number, std::vector<std::string> facts);
  // Abandoned trees of this user are looked for, on the thread; only the first call counts.
  void search(Search search);
  bool hasSearched();
  // If the guard is still there. Does not wait for a reaper that is at work.
  void signalGuard(std::uint64_t number, int signo);

 private:
  struct Watched {
    std::uint64_t number;
    int pid;
    UniqueFd handle;  // readable when the guard is dead; empty where the system has none
    GuardStory story;
    bool recovering = false;  // it ends what a guard has left: nobody recovers after it
  };
  enum class Searching { notYet, wanted, done };

  static void* threadMain(void* self);
  void run();
  int lookAgainMs();
  void reapTheDead();
  void awaitDeath(Watched& guard);
  void takeOver(Watched& dead);
  void searchIfWanted();
  static void recoverHere(GuardStory& story);

  std::mutex mutex_;
  std::list<Watched> watched_;
  std::uint64_t nextNumber_ = 1;
  Search search_;
  Searching searching_ = Searching::notYet;
  DeathWatch deaths_;
};

}  // namespace holdfast
