#include "linux/kernel/proc.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/text/lines.h"
#include "linux/kernel/numbers.h"
#include "linux/kernel/own-proc.h"
#include "posix/files.h"
#include "posix/unique-fd.h"

namespace holdfast {

namespace {

std::string procPath(int pid, const char* rest) { return "/proc/" + std::to_string(pid) + rest; }

constexpr std::size_t kLongestStat = 1024;

// A file that /proc makes in one piece, read with one call and ended with a NUL.
std::string_view readLine(const std::string& path, char (&line)[kLongestStat]) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const ssize_t length = file ? read(file.get(), line, sizeof line - 1) : 0;
  const std::size_t size = length > 0 ? static_cast<std::size_t>(length) : 0;
  line[size] = '\0';
  return {line, size};
}

// The numbers behind the state, in their order (proc_pid_stat(5), fields 4 to 24).
enum StatNumber {
  kPpid = 0,
  kPgrp = 1,
  kSession = 2,
  kFlags = 5,
  kUtime = 10,
  kStime = 11,
  kThreads = 16,
  kStartTime = 18,
  kResident = 20,
  kStatNumbers
};
using StatNumbers = std::array<std::int64_t, kStatNumbers>;

// PF_KTHREAD and PF_EXITING (linux/sched.h)
constexpr std::int64_t kKernelThread = 0x00200000;
constexpr std::int64_t kExiting = 0x00000004;

// By hand: to look at every process of a machine is mostly this.
bool parseNumbers(std::string_view text, StatNumbers& numbers) {
  const char* at = text.data();
  const char* end = at + text.size();
  for (std::int64_t& number : numbers) {
    while (at < end && *at == ' ') ++at;
    const auto parsed = std::from_chars(at, end, number);
    if (parsed.ec != std::errc{}) return false;
    at = parsed.ptr;
  }
  return true;
}

// CONFIG_PROC_CHILDREN may be missing; an unreadable list must not pass for an empty one.
bool hasChildrenLists() {
  static const bool present =
      access(("/proc/self/task/" + std::to_string(getpid()) + "/children").c_str(), R_OK) == 0;
  return present;
}

std::uint64_t ticksPerSecond() { return static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK)); }

// The clock in which start times are told (proc_pid_stat(5), field 22; Linux 2.6.38 and later).
std::uint64_t msSinceBoot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000000;
}

std::vector<int> childrenByScan(int pid) {
  std::vector<int> children;
  for (const ProcessStat& process : allProcesses())
    if (process.ppid == pid) children.push_back(process.pid);
  return children;
}

void addChildrenOfTask(int pid, int task, std::vector<int>& children) {
  const std::string list = procPath(pid, "/task/") + std::to_string(task) + "/children";
  for (int child : numbersIn(readWholeFile(list))) children.push_back(child);
}

}  // namespace

std::optional<ProcessStat> readStat(int pid) {
  char line[kLongestStat];
  return parseStat(pid, readLine(procPath(pid, "/stat"), line));
}

std::optional<ProcessStat> parseStat(int pid, std::string_view text) {
  const std::size_t open = text.find('(');
  // The name may hold any character, `)` included: only the last one ends it.
  const std::size_t close = text.rfind(')');
  if (open == std::string::npos || text.size() < close + 4) return std::nullopt;
  StatNumbers numbers{};
  if (!parseNumbers(text.substr(close + 4), numbers)) return std::nullopt;
  ProcessStat stat;
  stat.pid = pid;
  stat.state = text[close + 2];
  text.copy(stat.name, std::min(close - open - 1, sizeof stat.name - 1), open + 1);
  stat.ppid = static_cast<int>(numbers[kPpid]);
  stat.pgrp = static_cast<int>(numbers[kPgrp]);
  stat.session = static_cast<int>(numbers[kSession]);
  stat.threads = static_cast<int>(numbers[kThreads]);
  stat.ofKernel = (numbers[kFlags] & kKernelThread) != 0;
  stat.exiting = (numbers[kFlags] & kExiting) != 0;
  stat.cpuTicks = static_cast<std::uint64_t>(numbers[kUtime] + numbers[kStime]);
  stat.startTime = static_cast<std::uint64_t>(numbers[kStartTime]);
  stat.residentPages = static_cast<std::uint64_t>(numbers[kResident]);
  return stat;
}

std::vector<int> childrenOf(int pid) {
  if (!hasChildrenLists()) return childrenByScan(pid);
  std::vector<int> children;
  // A child that another thread started stands only in that thread's list (proc_pid_task(5)).
  for (int task : numbersNamedIn(procPath(pid, "/task"))) addChildrenOfTask(pid, task, children);
  return children;
}

// Most processes have one thread: to list their threads would cost as much as all the rest.
std::vector<int> childrenOf(const ProcessStat& process) {
  if (process.threads != 1 || !hasChildrenLists()) return childrenOf(process.pid);
  std::vector<int> children;
  addChildrenOfTask(process.pid, process.pid, children);
  return children;
}

std::vector<ProcessStat> descendantsOf(int ancestor, std::size_t limit) {
  std::vector<ProcessStat> found;
  auto root = procIsOurs() ? readStat(ancestor) : std::nullopt;
  if (!root) return found;
  std::vector<ProcessStat> parents{*root};
  while (!parents.empty() && found.size() < limit) {
    const ProcessStat parent = parents.back();
    parents.pop_back();
    std::vector<ProcessStat> children;
    for (int pid : childrenOf(parent)) {
      const auto child = readStat(pid);
      if (child && child->ppid == parent.pid && !child->dead()) children.push_back(*child);
      if (found.size() + children.size() == limit) break;
    }
    if (children.empty()) continue;
    const auto again = readStat(parent.pid);
    if (!again || again->startTime != parent.startTime) continue;
    found.insert(found.end(), children.begin(), children.end());
    parents.insert(parents.end(), children.begin(), children.end());
  }
  return found;
}

std::vector<ProcessStat> allProcesses() {
  if (!procIsOurs()) return {};
  std::vector<int> pids = numbersNamedIn("/proc");
  std::sort(pids.begin(), pids.end());
  std::vector<ProcessStat> processes;
  processes.reserve(pids.size());
  for (int pid : pids)
    if (auto stat = readStat(pid)) processes.push_back(*stat);
  return processes;
}

// `0.20 0.18 0.12 1/80 11206`: the number before the slash.
std::size_t runnableProcesses() {
  const std::string load = readWholeFile("/proc/loadavg");
  const std::vector<std::string_view> fields = splitFields(load);
  const std::vector<int> numbers = fields.size() > 3 ? numbersIn(fields[3]) : std::vector<int>{};
  return numbers.empty() ? 0 : static_cast<std::size_t>(numbers.front());
}

std::string_view valueIn(std::string_view environment, std::string_view name) {
  while (!environment.empty()) {
    const std::size_t end = std::min(environment.find('\0'), environment.size());
    const std::string_view pair = environment.substr(0, end);
    if (pair.size() > name.size() && pair[name.size()] == '=' &&
        pair.compare(0, name.size(), name) == 0)
      return pair.substr(name.size() + 1);
    environment.remove_prefix(std::min(end + 1, environment.size()));
  }
  return {};
}

Member memberOf(const ProcessStat& stat) {
  const Usage usage = usageOf({stat});
  const std::uint64_t born = stat.startTime * 1000 / ticksPerSecond();
  const std::uint64_t now = msSinceBoot();
  return {stat.identity(),
          stat.ppid,
          stat.state,
          stat.name,
          usage.cpuMicroseconds,
          usage.memoryBytes,
          now - std::min(born, now)};
}

Usage usageOf(const std::vector<ProcessStat>& processes) {
  const auto pageBytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  Usage usage;
  for (const ProcessStat& process : processes) {
    usage.processes += 1;
    usage.cpuMicroseconds += process.cpuTicks * 1000000 / ticksPerSecond();
    usage.memoryBytes += process.residentPages * pageBytes;
  }
  return usage;
}

}  // namespace holdfast
