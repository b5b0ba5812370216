// holdfast-guard.exe, and holdfast-guardw.exe, the same without a window: what a Node process
// cannot do for its trees itself, and `run` for those who want no Node at all. Each mode is a
// function of its own; what is common to all is how they fail.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "guard/exit-codes.h"
#include "guard/front/run-options.h"
#include "guard/probe.h"
#include "guard/problems.h"
#include "guard/windows/front.h"
#include "guard/windows/launch.h"
#include "windows/kernel/polite-request.h"
#include "windows/start/invocation.h"

namespace holdfast {

namespace {

using Words = std::vector<std::string>;

constexpr char kUsage[] =
    "usage: holdfast-guard run [options] -- command [argument...]\n"
    "       holdfast-guard probe                 what works on this machine, one JSON object a line\n"
    "       holdfast-guard --version | --help\n"
    "       holdfast-guard run-for PID ...       (started by the holdfast command)\n"
    "       holdfast-guard launch ...            (started by the holdfast library)\n"
    "       holdfast-guard break OWNER PID...    (started by the holdfast library)\n";

int runBreak(const Words& words) {
  std::vector<int> pids;
  for (const std::string& word : words) pids.push_back(std::atoi(word.c_str()));
  if (pids.empty()) return kMisuse;
  const int owner = pids.front();
  pids.erase(pids.begin());
  return sendBreak(owner, pids);
}

// The front fails under the name of the command that people call.
int runCommand(const FrontCall& call) {
  return tellingProblems("holdfast", [&] { return runFront(call); });
}

// `run` for a caller that is not our parent: the process PID.
int runFor(Words words) {
  if (words.empty()) throw UsageError("run-for expects the number of a process");
  const int parent = std::atoi(words.front().c_str());
  words.erase(words.begin());
  return runCommand({std::move(words), parent});
}

int dispatch(Words words) {
  const std::string mode = words.empty() ? std::string() : words.front();
  if (!words.empty()) words.erase(words.begin());
  if (mode == "run") return runCommand({std::move(words)});
  if (mode == "run-for") return runFor(std::move(words));
  if (mode == "probe") return runProbe();
  if (mode == "launch") return runLaunch(words);
  if (mode == "break") return runBreak(words);
  if (mode == "--version")
    return printed("holdfast-guard", "holdfast-guard " HOLDFAST_VERSION "\n");
  if (mode == "--help") return printed("holdfast-guard", kUsage);
  std::fputs(kUsage, stderr);
  return kMisuse;
}

}  // namespace

}  // namespace holdfast

int main() {
  return holdfast::tellingProblems("holdfast-guard", [] {
    std::vector<std::string> words = holdfast::ownArguments();
    if (!words.empty()) words.erase(words.begin());
    return holdfast::dispatch(std::move(words));
  });
}
