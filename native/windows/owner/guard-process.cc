#include "windows/owner/guard-process.h"

#include <cstdint>
#include <utility>

#include "windows/kernel/process-attributes.h"
#include "windows/wide-text.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr DWORD kBufferBytes = 1 << 20;  // more than a request: to write one waits for nobody

struct Pipe {
  UniqueHandle read;
  UniqueHandle write;
};

Pipe makePipe() {
  HANDLE read = nullptr;
  HANDLE write = nullptr;
  if (CreatePipe(&read, &write, nullptr, kBufferBytes) == 0) throw lastError("CreatePipe");
  return {UniqueHandle(read), UniqueHandle(write)};
}

// What the guard inherits, each under the number that its command line tells.
class Legacy {
 public:
  void add(HANDLE handle) {
    HANDLE copy = nullptr;
    const HANDLE self = GetCurrentProcess();
    if (handle != nullptr && handle != INVALID_HANDLE_VALUE &&
        DuplicateHandle(self, handle, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS) == 0)
      throw lastError("DuplicateHandle");
    words += L' ' + std::to_wstring(reinterpret_cast<std::uintptr_t>(copy));
    if (copy == nullptr) return;
    copies_.emplace_back(copy);
    handles.push_back(copy);
  }

  std::wstring words;
  std::vector<HANDLE> handles;

 private:
  std::vector<UniqueHandle> copies_;
};

UniqueHandle start(const GuardTerms& terms, Legacy& legacy) {
  ProcessAttributes attributes(1);
  attributes.add(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, legacy.handles);
  STARTUPINFOEXW startup{};
  startup.StartupInfo.cb = sizeof startup;
  // None: else it would be told the numbers of ours, which are other handles there.
  // And where we have no console, the guard and its root get one that nobody sees.
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES | STARTF_USESHOWWINDOW;
  startup.StartupInfo.wShowWindow = SW_HIDE;
  startup.lpAttributeList = attributes.get();
  std::wstring line =
      L"holdfast-guard launch " + std::wstring(terms.linkCounts ? L"own" : L"other") + legacy.words;
  PROCESS_INFORMATION made{};
  if (CreateProcessW(wideText(terms.path).c_str(), line.data(), nullptr, nullptr, TRUE,
                     EXTENDED_STARTUPINFO_PRESENT | (terms.detached ? DETACHED_PROCESS : 0),
                     nullptr, nullptr, &startup.StartupInfo, &made) == 0)
    throw lastError("CreateProcessW", terms.path);
  const UniqueHandle thread(made.hThread);
  return UniqueHandle(made.hProcess);
}

}  // namespace

GuardProcess::GuardProcess(const GuardTerms& terms, const std::vector<HANDLE>& passed) {
  Pipe requests = makePipe();
  Pipe facts = makePipe();
  Legacy legacy;
  legacy.add(requests.read.get());
  legacy.add(facts.write.get());
  for (HANDLE handle : passed) legacy.add(handle);
  process_ = start(terms, legacy);
  requests_ = std::move(requests.write);
  facts_ = std::move(facts.read);
}

void GuardProcess::writeRequest(const std::string& request) {
  const std::uint64_t length = request.size();
  write(std::string(reinterpret_cast<const char*>(&length), sizeof length) + request);
}

void GuardProcess::writeLine(const std::string& line) { write(line + '\n'); }

void GuardProcess::write(const std::string& bytes) {
  DWORD written = 0;
  (void)WriteFile(requests_.get(), bytes.data(), static_cast<DWORD>(bytes.size()), &written,
                  nullptr);
}

bool GuardProcess::readLine(std::string& line) {
  while (!lines_.next(line)) {
    char chunk[4096];
    DWORD length = 0;
    if (ReadFile(facts_.get(), chunk, sizeof chunk, &length, nullptr) == 0 || length == 0)
      return false;
    lines_.append({chunk, length});
  }
  return true;
}

void GuardProcess::terminate() { (void)TerminateProcess(process_.get(), 1); }

}  // namespace holdfast
