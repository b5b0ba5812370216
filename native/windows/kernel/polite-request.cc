#include "windows/kernel/polite-request.h"

#include <algorithm>
#include <array>

#include "windows/kernel/process-table.h"

namespace holdfast {

namespace {

constexpr int kNobody = 1;

struct Search {
  const std::vector<Member>& members;
  bool found = false;
};

BOOL CALLBACK closeIfMembers(HWND window, LPARAM data) {
  auto& search = *reinterpret_cast<Search*>(data);
  DWORD pid = 0;
  (void)GetWindowThreadProcessId(window, &pid);
  const bool isMembers = std::any_of(
      search.members.begin(), search.members.end(),
      [pid](const Member& member) { return member.identity.pid == static_cast<int>(pid); });
  if (isMembers && PostMessageW(window, WM_CLOSE, 0, 0) != 0) search.found = true;
  return TRUE;
}

bool closeWindowsOf(const std::vector<Member>& members) {
  Search search{members};
  (void)EnumWindows(closeIfMembers, reinterpret_cast<LPARAM>(&search));  // no desktop: no windows
  return search.found;
}

// A program of its own, because a process has one console: the sender must leave ours for theirs.
UniqueHandle startSender(const std::vector<Member>& members, const std::wstring& guardPath) {
  std::wstring line = L"holdfast-guard break " + std::to_wstring(GetCurrentProcessId());
  for (const Member& member : members) line += L' ' + std::to_wstring(member.identity.pid);
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION made{};
  if (CreateProcessW(guardPath.c_str(), line.data(), nullptr, nullptr, FALSE, DETACHED_PROCESS,
                     nullptr, nullptr, &startup, &made) == 0)
    return {};
  const UniqueHandle thread(made.hThread);
  return UniqueHandle(made.hProcess);
}

// Whether the console we are attached to is also the owner's; where the system does not tell, the
// owner's word that the root has one of its own has to do.
bool isSharedWith(int owner) {
  std::array<DWORD, 256> pids{};
  const DWORD count = GetConsoleProcessList(pids.data(), static_cast<DWORD>(pids.size()));
  const auto end = pids.begin() + std::min<DWORD>(count, static_cast<DWORD>(pids.size()));
  return count > pids.size() || std::find(pids.begin(), end, static_cast<DWORD>(owner)) != end;
}

BOOL WINAPI ignoreBreak(DWORD) { return TRUE; }

}  // namespace

PoliteRequest::PoliteRequest(const std::vector<Member>& members, const std::wstring& guardPath)
    : asked_(closeWindowsOf(members)) {
  if (!guardPath.empty()) sender_ = startSender(members, guardPath);
}

PoliteRequest::State PoliteRequest::state() {
  if (sender_) {
    if (!hasExited(sender_.get())) return State::pending;
    DWORD code = kNobody;
    if (GetExitCodeProcess(sender_.get(), &code) != 0 && code == 0) asked_ = true;
    sender_.reset();
  }
  return asked_ ? State::asked : State::nobodyToAsk;
}

void PoliteRequest::askMore(const std::vector<Member>& members) {
  if (closeWindowsOf(members)) asked_ = true;
}

int sendBreak(int owner, const std::vector<int>& pids) {
  (void)FreeConsole();  // we may have none
  for (int pid : pids) {
    if (AttachConsole(static_cast<DWORD>(pid)) == 0) continue;
    if (isSharedWith(owner)) {
      (void)FreeConsole();
      continue;
    }
    (void)SetConsoleCtrlHandler(ignoreBreak, TRUE);
    return GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0) != 0 ? 0 : kNobody;
  }
  return kNobody;
}

}  // namespace holdfast
