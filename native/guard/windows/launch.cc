#include "guard/windows/launch.h"

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <thread>

#include "core/facts.h"
#include "core/text/lines.h"
#include "windows/records/record-directory.h"
#include "windows/start/invocation.h"
#include "windows/tree/launch-tree.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr int kForAWhile = 1 << 30;
constexpr std::uint64_t kLongestRequest = 64 << 20;

// Who is told nothing takes none from us: the handles are ours by inheritance.
UniqueHandle handleIn(const std::string& word) {
  std::uintptr_t value = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
  if (parsed.ec != std::errc{}) throw std::invalid_argument("launch expects handles");
  return UniqueHandle(reinterpret_cast<HANDLE>(value));
}

std::string readExactly(const UniqueHandle& pipe, std::uint64_t wanted) {
  std::string bytes(static_cast<std::size_t>(wanted), '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    DWORD length = 0;
    if (ReadFile(pipe.get(), bytes.data() + at, static_cast<DWORD>(bytes.size() - at), &length,
                 nullptr) == 0)
      throw lastError("ReadFile");
    at += length;
  }
  return bytes;
}

std::string readRequest(const UniqueHandle& pipe) {
  const std::string header = readExactly(pipe, sizeof(std::uint64_t));
  const std::uint64_t length = *reinterpret_cast<const std::uint64_t*>(header.data());
  if (length > kLongestRequest) throw std::invalid_argument("the launch request is too long");
  return readExactly(pipe, length);
}

// Nobody may be there to read it any more.
void tell(const UniqueHandle& pipe, const std::string& fact) {
  const std::string line = fact + '\n';
  DWORD written = 0;
  (void)WriteFile(pipe.get(), line.data(), static_cast<DWORD>(line.size()), &written, nullptr);
}

// A thread of its own: a read of a pipe waits.
void serveRequests(const UniqueHandle& pipe, TreeHolder& holder) {
  LineBuffer lines;
  char chunk[4096];
  DWORD length = 0;
  while (ReadFile(pipe.get(), chunk, sizeof chunk, &length, nullptr) != 0) {
    lines.append({chunk, length});
    for (std::string line; lines.next(line);) holder.ask(line);
  }
}

// What happens at the console is the root's and the owner's affair.
BOOL WINAPI leaveToOthers(DWORD) { return TRUE; }

// Leaves the user's working directory: Windows removes no directory in which a process works.
void stepAside() {
  wchar_t directory[MAX_PATH];
  if (GetSystemDirectoryW(directory, MAX_PATH) != 0) (void)SetCurrentDirectoryW(directory);
}

}  // namespace

int runLaunch(const std::vector<std::string>& words) {
  if (words.size() < 3) throw std::invalid_argument("launch expects own|other and two pipes");
  const bool linkCounts = words[0] == "own";
  const UniqueHandle requests = handleIn(words[1]);
  const UniqueHandle facts = handleIn(words[2]);
  std::vector<UniqueHandle> inherited;
  std::vector<HANDLE> passed;
  for (std::size_t i = 3; i < words.size(); ++i) {
    inherited.push_back(handleIn(words[i]));
    passed.push_back(inherited.back().get());
  }
  (void)SetConsoleCtrlHandler(leaveToOthers, TRUE);
  const std::string request = readRequest(requests);
  const LaunchedTree launched = launchTree({request, passed, homeFromEnvironment(), ownFile()});
  inherited.clear();
  for (const std::string& fact : launched.facts) tell(facts, fact);
  if (launched.holder == nullptr) return 0;
  stepAside();
  std::thread([&requests, linkCounts, holder = launched.holder] {
    serveRequests(requests, *holder);
    if (linkCounts) return holder->letGo();
    holder->ask("collected");
  }).detach();
  for (bool over = false; !over;)
    for (const std::string& fact : launched.news->takeWithin(kForAWhile)) {
      tell(facts, fact);
      over = over || readAs<fact::Empty>(fact);
    }
  ExitProcess(0);  // with the thread, which may be waiting
}

}  // namespace holdfast
