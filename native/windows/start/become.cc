#include "windows/start/become.h"

#include "windows/kernel/job.h"
#include "windows/start/command-line.h"
#include "windows/start/environment-block.h"
#include "windows/start/invocation.h"
#include "windows/start/start-root.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

// Ctrl-C goes to everybody at the console; what it means the program decides.
BOOL WINAPI leaveToProgram(DWORD) { return TRUE; }

}  // namespace

void become(const NextProgram& program) {
  Launch launch;
  launch.file = program.file;
  launch.args = program.args;
  launch.env = program.env;
  launch.stdio.assign(3, StdioEntry::inherited);
  const Job job;
  const StartedRoot started = startRoot(launch, job, {});
  (void)SetConsoleCtrlHandler(leaveToProgram, TRUE);
  letGoOfStreams();
  (void)WaitForSingleObject(started.process.get(), INFINITE);
  DWORD code = 0;
  (void)GetExitCodeProcess(started.process.get(), &code);  // cannot fail with a handle of ours
  ExitProcess(code);
}

}  // namespace holdfast
