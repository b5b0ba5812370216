#include "linux/processes/census.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/text/fields.h"
#include "core/text/lines.h"
#include "linux/kernel/numbers.h"
#include "linux/kernel/own-proc.h"
#include "posix/clock.h"
#include "posix/files.h"
#include "posix/port/system.h"

namespace holdfast {

namespace {

bool isShortOfDescriptors() { return errno == EMFILE || errno == ENFILE; }

bool isBefore(const ProcessStat& one, const ProcessStat& next) { return one.pid < next.pid; }

struct Sight {
  std::string folder;  // of the process, or of a thread
  std::string text;
};

bool isExiting(const std::string& folder) {
  const auto stat = parseStat(0, readWholeFile(folder + "/stat"));
  return !stat || stat->exiting;
}

// A main thread that has exited, or is about to, has neither memory nor namespaces any more, while
// the other threads have (docs/gotchas.md#zombie-leader): the first that has something to show.
template <typename Read>
Sight look(const ProcessStat& process, const Read& read) {
  const std::string folder = "/proc/" + std::to_string(process.pid);
  if (std::string text = read(folder); !text.empty()) return {folder, std::move(text)};
  Sight sight{folder, {}};
  if (!isExiting(folder)) return sight;
  for (int thread : numbersNamedIn(folder + "/task")) {
    if (thread == process.pid) continue;
    sight.folder = folder + "/task/" + std::to_string(thread);
    sight.text = read(sight.folder);
    if (!sight.text.empty()) break;
  }
  return sight;
}

// Of a process or thread that showed so much of its environment: whether there may be more. While
// one turns into another program it shows nothing, or not what is left to read of it
// (fs/proc/base.c, environ_read). One that has none for good, or may not be read, says so in its
// `stat` (fs/proc/array.c, do_task_stat: start_code, env_start, env_end). A new program has no
// start_code until its environment stands (fs/binfmt_elf.c, load_elf_binary).
bool mayShowMore(const std::string& stat, std::size_t shown) {
  const std::size_t close = stat.rfind(')');
  if (close == std::string::npos || close + 2 > stat.size()) return false;
  const std::vector<std::string_view> fields =
      splitFields(std::string_view(stat).substr(close + 2));  // `state` comes first: field 3
  if (fields.size() <= 51 - 3) return false;
  const std::string_view startCode = fields[26 - 3];
  if (startCode == "1") return false;  // it may not be read
  const std::uint64_t begin = numberIn("env_start", fields[50 - 3]);
  const std::uint64_t end = numberIn("env_end", fields[51 - 3]);
  return startCode == "0" || end == 0 || end - begin != shown;
}

std::string pidNamespaceOf(const ProcessStat& process) {
  const auto readLink = [](const std::string& folder) {
    char target[64];
    const ssize_t length = readlink((folder + "/ns/pid").c_str(), target, sizeof target);
    return length > 0 ? std::string(target, static_cast<std::size_t>(length)) : std::string();
  };
  return look(process, readLink).text;
}

bool lives(const ProcessStat& process) {
  const auto again = readStat(process.pid);
  return again && again->startTime == process.startTime && !again->dead();
}

// A thread that has gone leaves the others of the process to look at.
bool mayYetShow(const ProcessStat& process, const std::string& folder, std::size_t shown) {
  const std::string stat = readWholeFile(folder + "/stat");
  return stat.empty() ? lives(process) : mayShowMore(stat, shown);
}

}  // namespace

bool Elders::contain(const NumberedEntry& entry) const {
  const auto found = inodes_.find(entry.number);
  return found != inodes_.end() && found->second == entry.inode;
}

bool Elders::take(const NumberedEntry& entry, const ProcessStat& process) {
  if (process.startTime >= than_) return false;
  inodes_[entry.number] = entry.inode;
  return true;
}

Census::Census(Elders& elders, std::int64_t until) {
  if (procIsOurs()) lookAtAllBut(elders, until);
  std::sort(all_.begin(), all_.end(), isBefore);
  shown_.resize(all_.size());
  blind_ = blind_ || !procIsOurs() || !readStat(getpid());
}

Census::Census() : Census(Elders(0)) {}

// A process that cannot be read for want of a descriptor may be a member.
void Census::lookAtAllBut(Elders& elders, std::int64_t until) {
  for (const NumberedEntry& entry : numberedEntriesIn("/proc")) {
    if (elders.contain(entry)) continue;
    cutShort_ = until != INT64_MAX && nowMs() >= until;
    if (cutShort_) return;
    errno = 0;
    const auto stat = readStat(entry.number);
    blind_ = blind_ || (!stat && isShortOfDescriptors());
    if (stat && !elders.take(entry, *stat)) all_.push_back(*stat);
  }
}

void Census::requireSight() const {
  if (blind_) throw noOwnProc();
}

const ProcessStat* Census::find(int pid) const {
  const auto found =
      std::lower_bound(all_.begin(), all_.end(), pid,
                       [](const ProcessStat& process, int wanted) { return process.pid < wanted; });
  return found != all_.end() && found->pid == pid ? &*found : nullptr;
}

std::vector<const ProcessStat*> Census::childrenOf(const ProcessStat& parent) {
  if (children_.empty())
    for (const ProcessStat& process : all_) children_[process.ppid].push_back(&process);
  const auto found = children_.find(parent.pid);
  if (found == children_.end()) return {};
  const auto again = readStat(parent.pid);
  if (!again || again->startTime != parent.startTime) return {};
  return found->second;
}

const Census::Shown& Census::shownBy(const ProcessStat& process) {
  std::optional<Shown>& shown = shown_[static_cast<std::size_t>(&process - all_.data())];
  if (!shown) {
    const auto [folder, environment] =
        look(process, [](const std::string& from) { return readWholeFile(from + "/environ"); });
    shown = Shown{std::string(valueIn(environment, "HOLDFAST_TREE")),
                  valueIn(environment, "SYSTEMD_EXEC_PID") == std::to_string(process.pid)};
    const bool mayBeCut = shown->mark.empty() && environment.size() % kReadBytes == 0;
    metChange_ = metChange_ || (mayBeCut && mayYetShow(process, folder, environment.size()));
  }
  return *shown;
}

Place Census::placeOf(const ProcessStat& process) {
  Place place{pidNamespaceOf(process), cgroupsOf(process)};
  const bool isHidden =
      place.pidNamespace.empty() || (place.cgroups.empty() && !ownCgroups().empty());
  metChange_ = metChange_ || (isHidden && !markOf(process).empty());  // who shows that may be read
  return place;
}

std::optional<unsigned> uidOf(int pid) {
  struct stat info {};
  if (stat(("/proc/" + std::to_string(pid)).c_str(), &info) != 0) return std::nullopt;
  return info.st_uid;
}

// Version 1 shows a thread that exits in the root of each hierarchy (kernel/cgroup/cgroup.c,
// proc_cgroup_show).
std::string cgroupsOf(const ProcessStat& process) {
  const auto readCgroups = [](const std::string& folder) {
    std::string cgroups = readWholeFile(folder + "/cgroup");
    return isExiting(folder) ? std::string() : cgroups;
  };
  return look(process, readCgroups).text;
}

}  // namespace holdfast
