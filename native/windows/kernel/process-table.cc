#include "windows/kernel/process-table.h"

#include <psapi.h>
#include <tlhelp32.h>

#include "windows/wide-text.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr std::uint64_t kTicksPerMicrosecond = 10;  // of FILETIME
constexpr std::uint64_t kTicksPerMillisecond = 10000;

std::uint64_t ticksOf(const FILETIME& time) {
  return (static_cast<std::uint64_t>(time.dwHighDateTime) << 32) | time.dwLowDateTime;
}

}  // namespace

std::vector<ProcessRow> processTable() {
  const UniqueHandle snapshot(CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  if (!snapshot) throw lastError("CreateToolhelp32Snapshot");
  std::vector<ProcessRow> rows;
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof entry;
  for (BOOL more = Process32FirstW(snapshot.get(), &entry); more != 0;
       more = Process32NextW(snapshot.get(), &entry)) {
    if (entry.th32ProcessID == 0) continue;
    ProcessRow row;
    row.process.identity.pid = static_cast<int>(entry.th32ProcessID);
    row.process.ppid = static_cast<int>(entry.th32ParentProcessID);
    row.process.state = 'R';
    row.process.name = narrowText(entry.szExeFile);
    DWORD session = 0;
    (void)ProcessIdToSessionId(entry.th32ProcessID, &session);  // gone meanwhile: 0
    row.session = session;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::uint64_t startTimeOf(HANDLE process) {
  FILETIME created{}, exited{}, kernel{}, user{};
  if (GetProcessTimes(process, &created, &exited, &kernel, &user) == 0) return 0;
  return ticksOf(created);
}

void measure(HANDLE process, Member& member) {
  FILETIME created{}, exited{}, kernel{}, user{}, now{};
  if (GetProcessTimes(process, &created, &exited, &kernel, &user) == 0) return;
  GetSystemTimeAsFileTime(&now);
  member.cpuMicroseconds = (ticksOf(kernel) + ticksOf(user)) / kTicksPerMicrosecond;
  if (ticksOf(now) > ticksOf(created))  // the clock may have been set back
    member.ageMs = (ticksOf(now) - ticksOf(created)) / kTicksPerMillisecond;
  PROCESS_MEMORY_COUNTERS counters{};
  if (K32GetProcessMemoryInfo(process, &counters, sizeof counters) != 0)
    member.memoryBytes = counters.WorkingSetSize;
}

std::optional<Identity> identityOf(int pid) {
  const UniqueHandle process(
      OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, static_cast<DWORD>(pid)));
  if (!process || hasExited(process.get())) return std::nullopt;
  return Identity{pid, startTimeOf(process.get())};
}

Identity ownIdentity() {
  return {static_cast<int>(GetCurrentProcessId()), startTimeOf(GetCurrentProcess())};
}

std::optional<Member> memberNow(const Identity& identity) {
  if (identity.pid == 0) return std::nullopt;
  const UniqueHandle process = openProcess(identity, 0);
  if (!process) return std::nullopt;
  Member member;
  for (ProcessRow& row : processTable())
    if (row.process.identity.pid == identity.pid) member = std::move(row.process);
  member.identity = identity;
  member.state = 'R';
  measure(process.get(), member);
  return member;
}

UniqueHandle openProcess(const Identity& identity, DWORD access) {
  UniqueHandle process(OpenProcess(access | PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE,
                                   static_cast<DWORD>(identity.pid)));
  const bool same = process && startTimeOf(process.get()) == identity.startTime;
  if (!same || hasExited(process.get())) return {};
  return process;
}

bool hasExited(HANDLE process) { return WaitForSingleObject(process, 0) == WAIT_OBJECT_0; }

}  // namespace holdfast
