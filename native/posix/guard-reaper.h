// Waits for the guards of this process, and only for them, on one thread of its own that outlives
// every JavaScript environment. When a guard is killed, it starts `recover` in its place.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "posix/death-watch.h"
#include "posix/unique-fd.h"

namespace holdfast {

// What is needed to end a tree in its guard's stead.
struct GuardStory {
  std::string guardPath;
  std::string home;
  UniqueFd guardEnd;  // of the socket: who takes over speaks to the owner through it
  std::vector<std::string> facts;
};

class GuardReaper {
 public:
  // Never destroyed: its thread runs until the process ends. Throws OsError at the first call.
  static GuardReaper& instance();
  GuardReaper();

  // From now on this child is waited for. A number for setFacts().
  std::uint64_t watch(int pid, GuardStory story);
  void setFacts(std::uint64_t number, std::vector<std::string> facts);

 private:
  struct Watched {
    std::uint64_t number;
    int pid;
    UniqueFd handle;  // readable when the guard is dead; empty where the system has none
    GuardStory story;
    bool recovering = false;
  };

  static void* threadMain(void* self);
  void run();
  int lookAgainMs();
  void reapTheDead();
  void awaitDeath(Watched& guard);
  void takeOver(Watched& dead);
  static void recoverHere(GuardStory& story);

  std::mutex mutex_;
  std::list<Watched> watched_;
  std::uint64_t nextNumber_ = 1;
  DeathWatch deaths_;
};

}  // namespace holdfast
