#include "windows/records/registry.h"

#include <algorithm>
#include <utility>

#include "core/tree-names.h"
#include "windows/kernel/process-table.h"
#include "windows/records/record-directory.h"
#include "windows/records/record.h"
#include "windows/start/program-search.h"
#include "windows/wide-text.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

class UniqueSearch {
 public:
  explicit UniqueSearch(HANDLE search) : search_(search) {}
  UniqueSearch(const UniqueSearch&) = delete;
  UniqueSearch& operator=(const UniqueSearch&) = delete;
  ~UniqueSearch() { FindClose(search_); }
  HANDLE get() const { return search_; }

 private:
  HANDLE search_;
};

std::vector<std::string> namesIn(const std::string& directory) {
  WIN32_FIND_DATAW found{};
  const std::wstring pattern = longPath(wideText(directory)) + L"\\*";
  const HANDLE first = FindFirstFileW(pattern.c_str(), &found);
  if (first == INVALID_HANDLE_VALUE) throw lastError("FindFirstFileW", directory);
  const UniqueSearch search(first);
  std::vector<std::string> names;
  do {
    names.push_back(narrowText(found.cFileName));
  } while (FindNextFileW(search.get(), &found) != 0);
  std::sort(names.begin(), names.end());
  return names;
}

UniqueHandle openRecord(const std::string& path) {
  constexpr DWORD kShared = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  UniqueHandle file(CreateFileW(longPath(wideText(path)).c_str(), GENERIC_READ, kShared, nullptr,
                                OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  if (!file) throw lastError("CreateFileW", path);
  BY_HANDLE_FILE_INFORMATION facts{};
  if (GetFileInformationByHandle(file.get(), &facts) == 0)
    throw lastError("GetFileInformationByHandle", path);
  constexpr DWORD kNoFile = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT;
  if ((facts.dwFileAttributes & kNoFile) != 0)
    throw RecordRefusal{RecordState::corrupt, "it is no regular file"};
  return file;
}

// At most one byte more than is read as a record.
std::string contentOf(const UniqueHandle& file, const std::string& path) {
  std::string content(kLongestRecord + 1, '\0');
  DWORD length = 0;
  if (ReadFile(file.get(), content.data(), static_cast<DWORD>(content.size()), &length, nullptr) ==
      0)
    throw lastError("ReadFile", path);
  content.resize(length);
  return content;
}

// Nothing when it has gone meanwhile, or is only just being written by whoever has its lock.
std::optional<RegistryEntry> entryAt(const std::string& path, const std::string& name) {
  RegistryEntry entry;
  entry.path = path;
  try {
    const UniqueHandle file = openRecord(path);
    entry.locked = isLocked(file, path);
    const std::string content = contentOf(file, path);
    if (content.empty()) return std::nullopt;
    entry.facts = factsIn(content, name);
    if (entry.facts->machine != machineId()) entry.reason = "it is of another machine";
    entry.state = stateOf(entry);
    if (entry.state == RecordState::foreign) return entry;
    const RecordFacts& facts = *entry.facts;
    for (const Identity& identity : {facts.owner, facts.guard, facts.root})
      if (auto process = memberNow(identity)) entry.processes.push_back(std::move(*process));
  } catch (const RecordRefusal& refusal) {
    entry.state = refusal.state;
    entry.reason = refusal.reason;
  } catch (const OsError& error) {
    if (error.number() == uvNumberOf(ERROR_FILE_NOT_FOUND) ||
        error.number() == uvNumberOf(ERROR_ACCESS_DENIED))
      return std::nullopt;  // deleted, or just being deleted
    entry.reason = error.what();
  }
  return entry;
}

}  // namespace

Registry readRegistry(const std::string& home) {
  Registry registry;
  const auto directory = findRecordDirectory(home);
  if (!directory) return registry;
  registry.directory = *directory;
  for (const std::string& name : namesIn(*directory)) {
    if (!endsAsRecord(name)) continue;
    if (auto entry = entryAt(*directory + '\\' + name, name))
      registry.entries.push_back(std::move(*entry));
  }
  return registry;
}

}  // namespace holdfast
