#include "posix/records/registry.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "core/os-error.h"
#include "core/tree-names.h"
#include "posix/port/process.h"
#include "posix/port/system.h"
#include "posix/records/record-directory.h"
#include "posix/records/record.h"
#include "posix/unique-directory.h"

namespace holdfast {

namespace {

// A temporary file is made first and locked then: for a moment nobody holds it.
constexpr std::time_t kSettledSeconds = 10;

// How long a guard may take from its start until it listens, and how often that is looked for.
constexpr std::uint64_t kBirthMs = 2000;
constexpr int kSettlingLookMs = 5;

// A file in the directory of records.
struct Place {
  int directory;
  const std::string& name;
};

void requireOwnFile(const struct stat& info) {
  if (info.st_uid != geteuid())
    throw RecordRefusal{RecordState::foreign,
                        "it is a file of user " + std::to_string(info.st_uid)};
  if (S_ISLNK(info.st_mode)) throw RecordRefusal{RecordState::corrupt, "it is a symbolic link"};
  if (!S_ISREG(info.st_mode)) throw RecordRefusal{RecordState::corrupt, "it is no regular file"};
  if ((info.st_mode & 07777) != 0600)
    throw RecordRefusal{RecordState::corrupt, "its mode is not 0600"};
}

struct stat statusOf(const UniqueFd& file, const std::string& name) {
  struct stat info {};
  if (fstat(file.get(), &info) != 0) throw OsError::last("fstat", name);
  return info;
}

// Looked at before it is opened, because to open some things does something, and after, because
// another one may have taken its place. Throws RecordRefusal, or OsError.
UniqueFd openRecord(const Place& place) {
  struct stat seen {};
  if (fstatat(place.directory, place.name.c_str(), &seen, AT_SYMLINK_NOFOLLOW) != 0)
    throw OsError::last("lstat", place.name);
  requireOwnFile(seen);
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  UniqueFd file(openat(place.directory, place.name.c_str(), kFlags));
  if (!file) throw OsError::last("open", place.name);
  requireOwnFile(statusOf(file, place.name));
  return file;
}

// At most one byte more than is read as a record.
std::string contentOf(const UniqueFd& file, const std::string& name) {
  std::string content;
  char chunk[4096];
  while (content.size() <= kLongestRecord) {
    const ssize_t length = read(file.get(), chunk, sizeof chunk);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) throw OsError::last("read", name);
    if (length == 0) break;
    content.append(chunk, static_cast<std::size_t>(length));
  }
  return content;
}

RecordFacts ownFactsIn(const std::string& content, std::string_view name) {
  RecordFacts facts = factsIn(content, name);
  if (facts.uid != geteuid())
    throw RecordRefusal{RecordState::corrupt, "it names another user than the file's"};
  return facts;
}

// Why the pids in it mean nothing here; empty: they do.
std::string whyForeign(const RecordFacts& facts) {
  if (facts.machine != machineId()) return "it is of another machine";
  if (facts.boot != bootId()) return "it is of another boot";
  if (facts.pidNamespace != pidNamespaceId()) return "it is of another pid namespace";
  return {};
}

std::vector<Member> processesIn(const RecordFacts& facts) {
  std::vector<Member> processes;
  for (const Identity& identity : {facts.owner, facts.guard, facts.root})
    if (auto process = memberNow(identity)) processes.push_back(std::move(*process));
  return processes;
}

// Nothing when it has gone meanwhile: a guard unlinks its record before it unlocks it.
std::optional<RegistryEntry> entryAt(const Place& place) {
  const std::string& name = place.name;
  RegistryEntry entry;
  try {
    const UniqueFd file = openRecord(place);
    entry.locked = isLocked(file, name);
    if (!entry.locked && statusOf(file, name).st_nlink == 0) return std::nullopt;
    entry.facts = ownFactsIn(contentOf(file, name), name);
    entry.reason = whyForeign(*entry.facts);
    entry.state = stateOf(entry);
    if (entry.state != RecordState::foreign) entry.processes = processesIn(*entry.facts);
  } catch (const RecordRefusal& refusal) {
    entry.state = refusal.state;
    entry.reason = refusal.reason;
  } catch (const OsError& error) {
    if (error.number() == ENOENT) return std::nullopt;
    entry.reason = error.what();
  }
  return entry;
}

bool isAbandonedTemporary(const Place& place) {
  try {
    const UniqueFd file = openRecord(place);
    const std::time_t settled = statusOf(file, place.name).st_mtime + kSettledSeconds;
    return settled < std::time(nullptr) && !isLocked(file, place.name);
  } catch (const RecordRefusal&) {
    return false;  // nothing that a guard has made
  } catch (const OsError&) {
    return false;  // gone meanwhile
  }
}

bool exists(const Place& place) {
  struct stat info {};
  return fstatat(place.directory, place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
}

// A socket is made after the record and goes before it.
bool isLitter(const Place& place) {
  if (!treeOfTemporary(place.name).empty()) return isAbandonedTemporary(place);
  const std::string_view tree = treeOfSocket(place.name);
  return !tree.empty() && !exists({place.directory, recordNameOf(tree)}) && exists(place);
}

std::vector<std::string> namesIn(DIR* directory) {
  std::vector<std::string> names;
  while (const dirent* entry = readdir(directory)) names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());
  return names;
}

// Its guard is a process, but not yet the one that will listen.
bool isBeingBorn(const RegistryEntry& entry) {
  if (entry.state != RecordState::live || !entry.facts->socket.empty()) return false;
  const auto isYoungGuard = [&entry](const Member& process) {
    return process.identity == entry.facts->guard && process.ageMs < kBirthMs;
  };
  return std::any_of(entry.processes.begin(), entry.processes.end(), isYoungGuard);
}

}  // namespace

Registry readRegistry(const std::string& home) {
  requireProcessTable();  // by which the living are told from the dead
  Registry registry;
  const auto path = findRecordDirectory(home);
  if (!path) return registry;
  registry.directory = *path;
  const UniqueDirectory directory(opendir(path->c_str()));
  if (!directory) throw OsError::last("opendir", *path);
  for (const std::string& name : namesIn(directory.get())) {
    const Place place{dirfd(directory.get()), name};
    const std::string whole = *path + '/' + name;
    if (!endsAsRecord(name)) {
      if (isLitter(place)) registry.litter.push_back(whole);
    } else if (auto entry = entryAt(place)) {
      entry->path = whole;
      registry.entries.push_back(std::move(*entry));
    }
  }
  return registry;
}

Registry readSettledRegistry(const std::string& home) {
  while (true) {
    Registry registry = readRegistry(home);
    const auto& entries = registry.entries;
    if (std::none_of(entries.begin(), entries.end(), isBeingBorn)) return registry;
    (void)poll(nullptr, 0, kSettlingLookMs);
  }
}

std::optional<RegistryEntry> readEntry(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) throw OsError("open", EINVAL, path);
  const std::string folder = path.substr(0, slash);
  const UniqueFd directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) throw OsError::last("open", folder);
  auto entry = entryAt({directory.get(), path.substr(slash + 1)});
  if (entry) entry->path = path;
  return entry;
}

}  // namespace holdfast
