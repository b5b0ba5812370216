// Ends everything below this process although it forks faster than anybody could kill it: each
// is forbidden to fork and stopped, and when nobody new is found, all are killed
// (docs/gotchas.md#fork-storms).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "posix/unique-fd.h"

namespace holdfast {

class Standstill {
 public:
  Standstill();

  // Goes on until a look after the last kill finds nobody new. The pids of those who were there
  // to be killed.
  std::vector<int> end();

 private:
  struct Member {
    int pid;
    UniqueFd handle;          // empty where there are no more, or where a filter refuses them
    std::uint64_t startTime;  // where there is no handle
  };

  static int signal(const Member& member, int signo);
  static bool lives(const Member& member);

  bool stopNew();
  void meet(int pid);
  bool isBelow(int parent) const;
  bool canHold(const UniqueFd& handle) const;

  std::vector<Member> members_;        // a parent mostly before its children
  std::map<int, std::size_t> places_;  // in members_, by pid
  std::size_t mostHandles_;
};

}  // namespace holdfast
