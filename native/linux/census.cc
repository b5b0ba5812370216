#include "linux/census.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "linux/numbers.h"
#include "linux/own-proc.h"
#include "posix/clock.h"
#include "posix/files.h"

namespace holdfast {

namespace {

bool isShortOfDescriptors() { return errno == EMFILE || errno == ENFILE; }

bool isBefore(const ProcessStat& one, const ProcessStat& next) { return one.pid < next.pid; }

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

// Whoever cannot be looked at for want of a descriptor may be anybody.
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
    const std::string folder = livingFolder(process);
    const std::string environment = readWholeFile(folder + "/environ");
    shown = Shown{std::string(valueIn(environment, "HOLDFAST_TREE")),
                  valueIn(environment, "SYSTEMD_EXEC_PID") == std::to_string(process.pid)};
    const bool mayBeCut = shown->mark.empty() && environment.size() % kReadBytes == 0;
    metExec_ = metExec_ || (mayBeCut && mayShowMore(folder, environment.size()));
  }
  return *shown;
}

std::string livingFolder(const ProcessStat& process) {
  const std::string folder = "/proc/" + std::to_string(process.pid);
  if (process.state != 'Z') return folder;
  for (int thread : numbersNamedIn(folder + "/task"))
    if (thread != process.pid) return folder + "/task/" + std::to_string(thread);
  return folder;
}

std::optional<unsigned> uidOf(int pid) {
  struct stat info {};
  if (stat(("/proc/" + std::to_string(pid)).c_str(), &info) != 0) return std::nullopt;
  return info.st_uid;
}

std::string pidNamespaceOf(const ProcessStat& process) {
  char target[64];
  const std::string link = livingFolder(process) + "/ns/pid";
  const ssize_t length = readlink(link.c_str(), target, sizeof target);
  return length > 0 ? std::string(target, static_cast<std::size_t>(length)) : std::string();
}

std::string cgroupsOf(const ProcessStat& process) {
  return readWholeFile(livingFolder(process) + "/cgroup");
}

}  // namespace holdfast
