#include "guard/windows/front.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "core/facts.h"
#include "guard/front/outcome.h"
#include "guard/front/run-options.h"
#include "guard/problems.h"
#include "guard/tree-id.h"
#include "windows/kernel/process-table.h"
#include "windows/mechanisms.h"
#include "windows/records/record-directory.h"
#include "windows/start/invocation.h"
#include "windows/tree/launch-tree.h"
#include "windows/wide-text.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr int kForAWhile = 1 << 30;

int parentOf(int pid) {
  for (const ProcessRow& row : processTable())
    if (row.process.identity.pid == pid) return row.process.ppid;
  return 0;
}

// A parent is older than its child. A younger process with its pid is another process.
Identity callerOf(const FrontCall& call) {
  const int self = static_cast<int>(GetCurrentProcessId());
  const auto found = identityOf(call.parent != 0 ? call.parent : parentOf(self));
  if (!found || found->startTime > ownIdentity().startTime)
    throw std::runtime_error("--owner parent: the parent has ended already");
  return *found;
}

// What this system does not have yet.
void requirePortable(const RunOptions& run) {
  if (run.ownerIsStdin) throw UsageError("--owner stdin is not there on Windows");
  if (run.returnsRoot) throw UsageError("--return root is not there on Windows");
  if (run.owners.size() + (run.ownerIsParent ? 1 : 0) > 1)
    throw UsageError("--owner expects one owner on Windows");
}

Launch completeLaunch(const RunOptions& run, const FrontCall& call) {
  requirePortable(run);
  Launch launch = launchOf(run, newTreeId(), std::getenv("HOLDFAST_TREE"));
  for (std::string& pair : ownEnvironment())
    if (pair.rfind("HOLDFAST_TREE=", 0) != 0) launch.env.push_back(std::move(pair));
  const std::size_t descriptors = std::max<std::size_t>(inheritedDescriptors().size(), 3);
  launch.stdio.assign(descriptors, StdioEntry::inherited);
  if (!run.owners.empty()) launch.terms.owner = run.owners.front();
  if (run.ownerIsParent) launch.terms.owner = callerOf(call);
  return launch;
}

// The file is opened before anything starts, so that a wrong path costs nothing.
class FrontReport {
 public:
  explicit FrontReport(const std::string& path) : path_(path) {
    if (path.empty()) return;
    file_ = UniqueHandle(CreateFileW(wideText(path).c_str(), GENERIC_WRITE, FILE_SHARE_READ,
                                     nullptr, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!file_) throw lastError("CreateFileW", path);
  }

  void write(const std::string& treeId, const FrontOutcome& outcome) const {
    if (!file_) return;
    const std::string text = reportJson(treeId, outcome);
    DWORD written = 0;
    if (WriteFile(file_.get(), text.data(), static_cast<DWORD>(text.size()), &written, nullptr) ==
        0)
      std::fprintf(stderr, "holdfast: %s\n", lastError("WriteFile", path_).what());
  }

 private:
  std::string path_;
  UniqueHandle file_;
};

// The tree, for a thread that Windows starts when something happens at the console.
class ConsoleEvents {
 public:
  ConsoleEvents() { (void)SetConsoleCtrlHandler(onEvent, TRUE); }

  void watch(const LaunchedTree& launched, std::uint64_t graceMs) {
    if (launched.holder == nullptr) return;
    const std::lock_guard<std::mutex> held(lock);
    end = [holder = launched.holder, graceMs] {
      holder->ask("end terminate 15 " + std::to_string(graceMs));
    };
  }

 private:
  // What Ctrl-C and Ctrl-Break mean, the command decides: they reach it as well. When the console
  // is closed or the user logs off, Windows ends us as soon as this returns.
  static BOOL WINAPI onEvent(DWORD event) {
    if (event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT) return TRUE;
    {
      const std::lock_guard<std::mutex> held(lock);
      if (end) end();
    }
    (void)WaitForSingleObject(GetCurrentProcess(), INFINITE);
    return TRUE;
  }

  static inline std::mutex lock;
  static inline std::function<void()> end;
};

FrontOutcome waitForEnd(const LaunchedTree& launched) {
  FrontOutcome outcome;
  for (const std::string& line : launched.facts)
    if (const auto fact = readFact(line)) outcome.take(*fact);
  if (launched.holder == nullptr) return outcome;
  letGoOfStreams();
  while (!outcome.settled)
    for (const std::string& line : launched.news->takeWithin(kForAWhile))
      if (const auto fact = readFact(line)) outcome.take(*fact);
  return outcome;
}

}  // namespace

int runFront(const FrontCall& call) {
  const RunOptions run = parseRunOptions(call.arguments, offeredMechanisms());
  if (run.helpWanted) return printed("holdfast", runHelp());
  const FrontReport report(run.jsonReport);
  const Launch launch = completeLaunch(run, call);
  const std::string request = encode(launch);
  ConsoleEvents console;
  const LaunchedTree launched = launchTree({request, {}, homeFromEnvironment(), ownFile()});
  console.watch(launched, launch.terms.graceMs);
  const FrontOutcome outcome = waitForEnd(launched);
  report.write(launch.terms.treeId, outcome);
  return exitCodeOf(outcome, run.command[0]);
}

}  // namespace holdfast
