#include "windows/start/start-root.h"

#include "windows/kernel/process-attributes.h"
#include "windows/kernel/process-table.h"
#include "windows/start/command-line.h"
#include "windows/start/environment-block.h"
#include "windows/start/program-search.h"
#include "windows/start/root-stdio.h"
#include "windows/wide-text.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

struct Program {
  std::wstring file;
  std::wstring line;
  std::wstring environment;
  std::wstring directory;
  DWORD flags = 0;
  WORD show = SW_SHOWDEFAULT;
};

std::wstring currentDirectory() {
  std::wstring directory(GetCurrentDirectoryW(0, nullptr), L'\0');
  directory.resize(GetCurrentDirectoryW(static_cast<DWORD>(directory.size()), directory.data()));
  return directory;
}

// CreateProcessW takes a directory of at most MAX_PATH, but then it may be a short name.
std::wstring shortEnough(const std::wstring& directory) {
  if (directory.size() < MAX_PATH) return directory;
  const std::wstring path = longPath(directory);
  const DWORD needed = GetShortPathNameW(path.c_str(), nullptr, 0);
  if (needed == 0) throw lastError("CreateProcessW");
  std::wstring name(needed, L'\0');
  name.resize(GetShortPathNameW(path.c_str(), name.data(), needed));
  return name.compare(0, 4, L"\\\\?\\") == 0 ? name.substr(4) : name;
}

// What is found may be a batch file though its name is none: `a.bat\.` is the file `a.bat`.
std::wstring fileOf(const Launch& launch, const std::wstring& directory) {
  const std::wstring name = wideText(launch.file);
  if (isBatchFile(name)) throw windowsError("CreateProcessW", ERROR_INVALID_PARAMETER);
  const auto file = findProgram({name, directory, variableIn(launch.env, L"PATH")});
  if (!file) throw windowsError("CreateProcessW", ERROR_FILE_NOT_FOUND);
  if (isBatchFile(*file)) throw windowsError("CreateProcessW", ERROR_INVALID_PARAMETER);
  return longPath(*file);
}

Program programOf(const Launch& launch) {
  if (launch.uid || launch.gid) throw windowsError("setuid", ERROR_NOT_SUPPORTED);
  Program program;
  program.directory = launch.cwd ? wideText(*launch.cwd) : currentDirectory();
  program.file = fileOf(launch, program.directory);
  program.directory = shortEnough(program.directory);
  program.line =
      commandLine(launch.args, launch.verbatimArguments ? Quoting::verbatim : Quoting::quoted);
  std::vector<std::string> environment = launch.env;
  if (!launch.terms.mark.empty()) environment.push_back("HOLDFAST_TREE=" + launch.terms.mark);
  program.environment = environmentBlock(environment);
  program.flags = CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
  if (launch.detached) program.flags |= DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP;
  if (launch.hide == Hide::windowAndConsole) program.flags |= CREATE_NO_WINDOW;
  if (launch.hide != Hide::nothing) program.show = SW_HIDE;
  return program;
}

STARTUPINFOEXW startupFor(RootStdio& stdio, WORD show) {
  STARTUPINFOEXW startup{};
  startup.StartupInfo.cb = sizeof startup;
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES | STARTF_USESHOWWINDOW;
  startup.StartupInfo.cbReserved2 = static_cast<WORD>(stdio.block().size());
  startup.StartupInfo.lpReserved2 = reinterpret_cast<LPBYTE>(stdio.block().data());
  startup.StartupInfo.hStdInput = stdio.standard(0);
  startup.StartupInfo.hStdOutput = stdio.standard(1);
  startup.StartupInfo.hStdError = stdio.standard(2);
  startup.StartupInfo.wShowWindow = show;
  return startup;
}

struct Created {
  UniqueHandle process;
  UniqueHandle thread;
  int pid = 0;
  DWORD error = 0;  // why there is none
};

// The kernel ends a debugged process together with its debugger (DebugSetProcessKillOnExit). So the
// child cannot outlive us between its birth and its assignment.
constexpr DWORD kUnborn = CREATE_SUSPENDED | DEBUG_ONLY_THIS_PROCESS;

// Without jobs it does not run yet.
Created create(const Program& program, RootStdio& stdio, std::vector<HANDLE> jobs) {
  ProcessAttributes attributes(2);
  const bool inherits = !stdio.inheritable().empty();
  if (inherits) attributes.add(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, stdio.inheritable());
  if (!jobs.empty()) attributes.add(PROC_THREAD_ATTRIBUTE_JOB_LIST, jobs);
  STARTUPINFOEXW startup = startupFor(stdio, program.show);
  startup.lpAttributeList = attributes.get();
  std::wstring line = program.line;  // CreateProcessW writes to it
  const DWORD flags = program.flags | (jobs.empty() ? kUnborn : 0);
  PROCESS_INFORMATION made{};
  if (CreateProcessW(program.file.c_str(), line.data(), nullptr, nullptr, inherits ? TRUE : FALSE,
                     flags, const_cast<wchar_t*>(program.environment.c_str()),
                     program.directory.c_str(), &startup.StartupInfo, &made) == 0)
    return {{}, {}, 0, GetLastError()};
  return {UniqueHandle(made.hProcess), UniqueHandle(made.hThread),
          static_cast<int>(made.dwProcessId), 0};
}

// Where the system does not take the list of jobs. What cannot be contained does not run.
Created createSuspended(const Program& program, RootStdio& stdio, const Job& job) {
  Created created = create(program, stdio, {});
  if (!created.process) throw windowsError("CreateProcessW", created.error);
  if (AssignProcessToJobObject(job.handle(), created.process.get()) == 0) {
    const DWORD error = GetLastError();
    (void)TerminateProcess(created.process.get(), 1);               // ours, and it has never run
    (void)DebugActiveProcessStop(static_cast<DWORD>(created.pid));  // else its end waits for us
    throw windowsError("AssignProcessToJobObject", error);
  }
  if (DebugActiveProcessStop(static_cast<DWORD>(created.pid)) == 0)
    throw lastError("DebugActiveProcessStop");
  if (ResumeThread(created.thread.get()) == static_cast<DWORD>(-1)) throw lastError("ResumeThread");
  return created;
}

bool mayBeTheListsFault(DWORD error) {
  return error == ERROR_NOT_SUPPORTED || error == ERROR_ACCESS_DENIED ||
         error == ERROR_INVALID_PARAMETER;
}

}  // namespace

StartedRoot startRoot(const Launch& launch, const Job& job, const std::vector<HANDLE>& passed) {
  const Program program = programOf(launch);
  RootStdio stdio(launch.stdio, passed);
  Created created = create(program, stdio, {job.handle()});
  Entry entry = Entry::atBirth;
  if (!created.process) {
    if (!mayBeTheListsFault(created.error)) throw windowsError("CreateProcessW", created.error);
    created = createSuspended(program, stdio, job);
    entry = Entry::suspended;
  }
  const Identity identity{created.pid, startTimeOf(created.process.get())};
  return {std::move(created.process), identity, entry,
          launch.detached || launch.hide == Hide::windowAndConsole};
}

}  // namespace holdfast
