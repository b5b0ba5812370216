// Meets processes that fork faster than anybody could kill them: each is forbidden to fork and
// stopped as soon as it is seen, so that the next ones are seen sooner
// (docs/gotchas.md#fork-storms).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "linux/processes/census.h"
#include "posix/unique-fd.h"

namespace holdfast {

class Standstill {
 public:
  // Of everything below this process.
  Standstill();
  // Of these, by pid with their start times, and of everything below them; the elders of the tree
  // are passed over.
  Standstill(const std::map<int, std::uint64_t>& known, const Elders& elders);

  // Goes on until a look finds nobody new.
  void stop();
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
  bool recognise(Member& member) const;
  bool isKnown(const ProcessStat& process) const;
  bool isBelow(int parent) const;

  std::vector<Member> members_;        // a parent mostly before its children
  std::map<int, std::size_t> places_;  // in members_, by pid
  std::map<int, std::uint64_t> known_;
  Elders elders_{0};
  int top_ = 0;  // whose children all are members
  std::size_t mostHandles_;
};

}  // namespace holdfast
