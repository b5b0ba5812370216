#include "guard/probe.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "core/facts.h"
#include "core/text/json.h"
#include "guard/tree-id.h"
#include "windows/records/record-directory.h"
#include "windows/start/invocation.h"
#include "windows/start/start-root.h"
#include "windows/tree/launch-tree.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr int kPatienceMs = 10'000;

struct Finding {
  std::string probe;
  std::string name;
  bool works = true;
  std::string more;  // further fields, each with a comma before it
};

std::string field(const char* name, const std::string& text) {
  return std::string(",\"") + name + "\":" + jsonText(text);
}

void print(const Finding& finding) {
  std::printf("{\"probe\":%s,\"name\":%s,\"works\":%s%s}\n", jsonText(finding.probe).c_str(),
              jsonText(finding.name).c_str(), finding.works ? "true" : "false",
              finding.more.c_str());
}

Finding failure(Finding finding, const OsError& error) {
  finding.works = false;
  finding.more = field("call", error.call()) + field("code", errorName(error.number())) +
                 ",\"errno\":" + std::to_string(error.number());
  return finding;
}

// wine tells its version; Windows has no such function.
std::string systemName() {
  const HMODULE library = GetModuleHandleW(L"ntdll.dll");
  const auto version = reinterpret_cast<const char* (*)()>(
      reinterpret_cast<void*>(GetProcAddress(library, "wine_get_version")));
  return version == nullptr ? "Windows" : std::string("wine ") + version();
}

Launch launchOfSelf(const std::vector<std::string>& words) {
  Launch launch;
  launch.terms.treeId = newTreeId();
  launch.terms.mark = launch.terms.treeId;
  launch.terms.mechanisms = {Mechanism::job};
  launch.file = ownFile();
  launch.args = {launch.file};
  launch.args.insert(launch.args.end(), words.begin(), words.end());
  launch.env = ownEnvironment();
  launch.stdio.assign(3, StdioEntry::null);
  return launch;
}

template <typename Kind>
bool has(const std::vector<std::string>& facts) {
  return std::any_of(facts.begin(), facts.end(),
                     [](const std::string& fact) { return readAs<Kind>(fact).has_value(); });
}

// A tree from its launch to its end, in this process.
void probeJob() {
  const std::string request = encode(launchOfSelf({"--version"}));
  const LaunchedTree launched = launchTree({request, {}, homeFromEnvironment(), ownFile()});
  Finding job{"mechanism", "job", launched.holder != nullptr, field("escapable", "broker")};
  if (!job.works) job.more = field("call", launched.facts.back());
  std::vector<std::string> facts = launched.facts;
  while (job.works && !has<fact::Empty>(facts)) {
    const std::vector<std::string> news = launched.news->takeWithin(kPatienceMs);
    if (news.empty()) job = {"mechanism", "job", false, field("call", "it does not end")};
    facts.insert(facts.end(), news.begin(), news.end());
  }
  print(job);
  print({"job", "a root is a member from birth", !has<fact::PassedOver>(facts),
         field("advice", "it is started suspended, put into its job, and resumed")});
  print({"record", "other commands see the trees of this user", has<fact::Recorded>(facts),
         field("advice", "holdfast ps and its kin need the directory of records")});
}

Finding nestedJobs() {
  Finding finding{"job", "a tree inside a job is held by a job of its own", true, {}};
  const Job outer;
  const StartedRoot root =
      startRoot(launchOfSelf({"run", "--", ownFile(), "--version"}), outer, {});
  (void)WaitForSingleObject(root.process.get(), kPatienceMs);
  DWORD code = 0;
  (void)GetExitCodeProcess(root.process.get(), &code);  // cannot fail with a handle of ours
  finding.works = code == 0;
  return finding;
}

// What a surrounding job does to us it does to our trees.
Finding surroundingJob() {
  BOOL inside = FALSE;
  if (IsProcessInJob(GetCurrentProcess(), nullptr, &inside) == 0) throw lastError("IsProcessInJob");
  if (inside == FALSE) return {"job", "this process is in no job", true, {}};
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  if (QueryInformationJobObject(nullptr, JobObjectExtendedLimitInformation, &limits, sizeof limits,
                                nullptr) == 0)
    throw lastError("QueryInformationJobObject");
  const DWORD flags = limits.BasicLimitInformation.LimitFlags;
  std::string name = "this process is in a job";
  if ((flags & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) != 0) name += ", which ends with its handle";
  if ((flags & JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK) != 0) name += ", which holds no children";
  if ((flags & JOB_OBJECT_LIMIT_ACTIVE_PROCESS) != 0) name += ", which limits processes";
  return {"job", name, true, {}};
}

void attempt(const std::function<Finding()>& probe, const char* name) {
  try {
    print(probe());
  } catch (const OsError& error) {
    print(failure({"job", name, false, {}}, error));
  }
}

}  // namespace

int runProbe() {
  print({"system", systemName(), true, {}});
  probeJob();
  attempt(nestedJobs, "a tree inside a job is held by a job of its own");
  attempt(surroundingJob, "whether this process is in a job");
  return 0;
}

}  // namespace holdfast
