// Readers of /proc: who a process is, whom it started, what it uses.
// Every answer is a snapshot; whoever acts on one checks the identity again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/member.h"

namespace holdfast {

// The fields of /proc/<pid>/stat that are used here (proc_pid_stat(5)).
struct ProcessStat {
  int pid = 0;
  int ppid = 0;
  int pgrp = 0;
  int session = 0;
  char state = '?';
  int threads = 0;
  bool ofKernel = false;  // a kernel thread
  bool exiting =
      false;  // the thread that was asked exits or has exited; of a process, the main thread
  std::uint64_t cpuTicks = 0;
  std::uint64_t startTime = 0;
  std::uint64_t residentPages = 0;
  char name[16] = "";  // the kernel keeps 15 bytes of it (TASK_COMM_LEN), and a snapshot is long

  Identity identity() const { return {pid, startTime}; }
  // `Z` alone does not mean dead: a process whose main thread has exited shows it while
  // other threads run (docs/gotchas.md#zombie-leader).
  bool dead() const { return state == 'X' || (state == 'Z' && threads <= 1); }
};

// What /proc/<pid>/stat says; nothing when it says something else.
std::optional<ProcessStat> parseStat(int pid, std::string_view text);

// Nothing when there is no such process, or when /proc hides it.
std::optional<ProcessStat> readStat(int pid);

// The children of every thread of a process, dead ones included.
std::vector<int> childrenOf(int pid);
std::vector<int> childrenOf(const ProcessStat& process);

// Everything below a process that is not dead, parents before children. A parent is looked at
// again after its children, so that a recycled pid cannot bring strangers into the list.
// With a limit: the first so many.
std::vector<ProcessStat> descendantsOf(int ancestor, std::size_t limit = SIZE_MAX);

// All processes that /proc shows, in the order of their pids; none where it is not ours.
std::vector<ProcessStat> allProcesses();

// How many on this machine run or want to (proc_loadavg(5)).
std::size_t runnableProcesses();

// A variable in what /proc/<pid>/environ holds: the environment that a process was started with,
// empty where it cannot be read (another user's process, or one that is not dumpable).
std::string_view valueIn(std::string_view environment, std::string_view name);

Member memberOf(const ProcessStat& stat);
Usage usageOf(const std::vector<ProcessStat>& processes);

}  // namespace holdfast
