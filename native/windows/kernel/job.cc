#include "windows/kernel/job.h"

#include <algorithm>
#include <map>
#include <utility>

#include "windows/kernel/process-table.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr DWORD kContainment =
    JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
constexpr std::uint64_t kTicksPerMicrosecond = 10;  // of FILETIME
constexpr double kFullRate = 10000;                 // CpuRate counts hundredths of a percent

JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accountingOf(HANDLE job) {
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting{};
  if (QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting,
                                sizeof accounting, nullptr) == 0)
    throw lastError("QueryInformationJobObject");
  return accounting;
}

// The list grows while it is asked for (ERROR_MORE_DATA), so there is always room to spare.
std::vector<int> listedPids(HANDLE job) {
  for (std::size_t room = 64;; room *= 2) {
    const std::size_t bytes = sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST) + room * sizeof(ULONG_PTR);
    std::vector<ULONG_PTR> buffer(bytes / sizeof(ULONG_PTR) + 1);
    auto* list = reinterpret_cast<JOBOBJECT_BASIC_PROCESS_ID_LIST*>(buffer.data());
    const BOOL done = QueryInformationJobObject(job, JobObjectBasicProcessIdList, list,
                                                static_cast<DWORD>(bytes), nullptr);
    if (done == 0 && GetLastError() != ERROR_MORE_DATA)
      throw lastError("QueryInformationJobObject");
    if (done == 0 || list->NumberOfProcessIdsInList < list->NumberOfAssignedProcesses) continue;
    const ULONG_PTR* first = list->ProcessIdList;
    std::vector<int> pids;
    for (DWORD i = 0; i < list->NumberOfProcessIdsInList; ++i)
      pids.push_back(static_cast<int>(first[i]));
    return pids;
  }
}

// The lesser right is enough for Windows, and there it is granted more often; wine wants the other.
UniqueHandle openToLook(int pid) {
  const auto with = [pid](DWORD right) {
    return UniqueHandle(OpenProcess(right | SYNCHRONIZE, FALSE, static_cast<DWORD>(pid)));
  };
  UniqueHandle process = with(PROCESS_QUERY_INFORMATION);
  return process ? std::move(process) : with(PROCESS_QUERY_LIMITED_INFORMATION);
}

}  // namespace

Job::Job() : handle_(CreateJobObjectW(nullptr, nullptr)) {
  if (!handle_) throw lastError("CreateJobObjectW");
  setBasicLimits(kContainment);
}

void Job::setBasicLimits(DWORD flags) {
  limits_.BasicLimitInformation.LimitFlags = flags;
  if (SetInformationJobObject(handle_.get(), JobObjectExtendedLimitInformation, &limits_,
                              sizeof limits_) == 0)
    throw lastError("SetInformationJobObject");
}

void Job::limit(const Limits& limits) {
  const DWORD bound = limits_.BasicLimitInformation.LimitFlags & kContainment;
  DWORD flags = bound;
  if (limits.memoryBytes) {
    flags |= JOB_OBJECT_LIMIT_JOB_MEMORY;
    limits_.JobMemoryLimit = static_cast<SIZE_T>(*limits.memoryBytes);
  }
  if (limits.processes) {
    flags |= JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
    limits_.BasicLimitInformation.ActiveProcessLimit = static_cast<DWORD>(*limits.processes);
  }
  setBasicLimits(flags);
  setCpuRate(limits.cpuCores);
}

void Job::setCpuRate(std::optional<double> cores) {
  if (!cores && !hasCpuRate_) return;
  JOBOBJECT_CPU_RATE_CONTROL_INFORMATION rate{};
  if (cores) {
    SYSTEM_INFO system{};
    GetSystemInfo(&system);
    const double share = *cores / static_cast<double>(system.dwNumberOfProcessors);
    rate.ControlFlags = JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP;
    rate.CpuRate = static_cast<DWORD>(std::clamp(share * kFullRate, 1.0, kFullRate));
  }
  if (SetInformationJobObject(handle_.get(), JobObjectCpuRateControlInformation, &rate,
                              sizeof rate) == 0)
    throw lastError("SetInformationJobObject");
  hasCpuRate_ = cores.has_value();
}

void Job::reportTo(HANDLE port, std::uintptr_t key) {
  JOBOBJECT_ASSOCIATE_COMPLETION_PORT association{reinterpret_cast<void*>(key), port};
  if (SetInformationJobObject(handle_.get(), JobObjectAssociateCompletionPortInformation,
                              &association, sizeof association) == 0)
    throw lastError("SetInformationJobObject");
}

void Job::assign(HANDLE process) {
  if (AssignProcessToJobObject(handle_.get(), process) == 0)
    throw lastError("AssignProcessToJobObject");
}

bool Job::holds(HANDLE process) const {
  BOOL member = FALSE;
  return IsProcessInJob(process, handle_.get(), &member) != 0 && member != FALSE;
}

// A pid of the list may be another's by now, and wine lists none at all
// (docs/gotchas.md#pids-of-a-job): so each is asked, and when some are missing, every process is.
std::vector<Member> Job::members() const {
  std::map<int, ProcessRow> table;
  for (ProcessRow& row : processTable()) table.emplace(row.process.identity.pid, std::move(row));
  std::vector<int> candidates = listedPids(handle_.get());
  if (candidates.size() < activeProcesses()) {
    candidates.clear();
    for (const auto& [pid, row] : table) candidates.push_back(pid);
  }
  std::vector<Member> members;
  for (int pid : candidates) {
    const UniqueHandle process = openToLook(pid);
    if (!process || !holds(process.get()) || hasExited(process.get())) continue;
    const auto row = table.find(pid);
    Member member = row == table.end() ? Member{} : row->second.process;
    member.identity = {pid, startTimeOf(process.get())};
    member.state = 'R';
    measure(process.get(), member);
    members.push_back(std::move(member));
  }
  return members;
}

std::uint32_t Job::activeProcesses() const { return accountingOf(handle_.get()).ActiveProcesses; }

std::uint32_t Job::totalProcesses() const { return accountingOf(handle_.get()).TotalProcesses; }

Usage Job::usage() const {
  const JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting = accountingOf(handle_.get());
  const auto ticks = static_cast<std::uint64_t>(accounting.TotalUserTime.QuadPart +
                                                accounting.TotalKernelTime.QuadPart);
  Usage usage;
  usage.processes = accounting.ActiveProcesses;
  usage.cpuMicroseconds = ticks / kTicksPerMicrosecond;
  for (const Member& member : members()) usage.memoryBytes += member.memoryBytes;
  return usage;
}

void Job::terminate(unsigned exitCode) {
  if (TerminateJobObject(handle_.get(), exitCode) == 0) throw lastError("TerminateJobObject");
}

void Job::letLiveOn() {
  setBasicLimits(limits_.BasicLimitInformation.LimitFlags &
                 ~static_cast<DWORD>(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE));
}

}  // namespace holdfast
