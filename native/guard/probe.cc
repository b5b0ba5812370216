#include "guard/probe.h"

#include <poll.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "core/facts.h"
#include "core/text/json.h"
#include "guard/forked-guard.h"
#include "guard/tree-id.h"
#include "posix/port/mechanisms.h"
#include "posix/port/system-probes.h"
#include "posix/port/system.h"
#include "posix/records/record-directory.h"
#include "posix/socket-pair.h"
#include "posix/tree/owner-link.h"

namespace holdfast {

namespace {

constexpr int kDeadlineMs = 10000;

struct Finding {
  bool works = false;
  std::string escapable = "-";
  std::string call;
  std::string code;
  int number = 0;
};

// A whole launch: this program, asked for its version, under the mechanism.
Launch trialOf(Mechanism mechanism) {
  Launch launch;
  launch.terms.treeId = newTreeId();
  launch.terms.mark = launch.terms.treeId;
  launch.file = ownProgram();
  launch.args = {"holdfast-guard", "--version"};
  launch.stdio = {StdioEntry::null, StdioEntry::null, StdioEntry::null};
  launch.terms.mechanisms = {mechanism};
  return launch;
}

void takeFailure(const FailedCall& failed, Finding& finding) {
  finding.call = failed.call;
  finding.code = failed.code;
  finding.number = failed.number;
}

void takeFact(const Fact& fact, Finding& finding) {
  if (const auto* held = std::get_if<fact::Held>(&fact)) finding.escapable = joinNames(held->open);
  if (const auto* ended = std::get_if<fact::RootEnded>(&fact))
    finding.works = ended->status.kind == ExitStatus::Kind::exited && ended->status.value == 0;
  if (const auto* passed = std::get_if<fact::PassedOver>(&fact)) takeFailure(passed->why, finding);
  if (const auto* failed = std::get_if<fact::Failed>(&fact)) takeFailure(failed->why, finding);
}

Finding listen(OwnerLink& link) {
  Finding finding;
  while (link.open()) {
    pollfd watched{link.fd(), POLLIN, 0};
    if (poll(&watched, 1, kDeadlineMs) != 1) break;
    for (const std::string& line : link.receive()) {
      const auto fact = readFact(line);
      if (fact) takeFact(*fact, finding);
      if (fact && std::holds_alternative<fact::RootEnded>(*fact)) link.send("collected");
    }
  }
  return finding;
}

Finding probeMechanism(Mechanism mechanism) {
  auto [ours, theirs] = makeStreamPair();
  const pid_t guard = fork();
  if (guard < 0) throw OsError::last("fork");
  if (guard == 0) {
    ours.reset();
    becomeForkedGuard(std::move(theirs), trialOf(mechanism), SignalState::current());
  }
  theirs.reset();
  OwnerLink link(std::move(ours));
  const Finding finding = listen(link);
  link.close();
  (void)waitpid(guard, nullptr, 0);
  return finding;
}

std::string outcomeJson(const std::string& call, const std::string& code, int number) {
  return ",\"call\":" + jsonText(call) + ",\"code\":" + jsonText(code) +
         ",\"errno\":" + std::to_string(number);
}

void print(const std::string& kind, const std::string& name, bool works, const std::string& rest) {
  const std::string line = "{\"probe\":" + jsonText(kind) + ",\"name\":" + jsonText(name) +
                           ",\"works\":" + (works ? "true" : "false") + rest + "}\n";
  (void)std::fputs(line.c_str(), stdout);  // an unreadable stdout shows in the exit of fflush
}

void printMechanism(Mechanism mechanism) {
  const std::string name(nameOf(mechanism));
  const Finding finding = probeMechanism(mechanism);
  std::string rest = ",\"escapable\":" + jsonText(finding.escapable);
  rest += finding.works
              ? outcomeJson("launch of a program", "", 0)
              : outcomeJson(finding.call, finding.code, finding.number) +
                    ",\"advice\":" + jsonText(mechanismAdvice(name, finding.call, finding.number));
  print("mechanism", name, finding.works, rest);
}

void printRecord() {
  try {
    const std::string path = recordDirectory(homeFromEnvironment());
    print("record", "record directory", true,
          outcomeJson("mkdir", "", 0) + ",\"path\":" + jsonText(path));
  } catch (const OsError& error) {
    print("record", "record directory", false,
          outcomeJson(error.call(), errorName(error.number()), error.number()) +
              ",\"path\":" + jsonText(error.path()) + ",\"advice\":" +
              jsonText("trees stay unrecorded: give the user a home or a 0700 /run/user/<uid>, or "
                       "set HOLDFAST_HOME"));
  }
}

}  // namespace

int runProbe() {
  utsname system{};
  (void)uname(&system);  // cannot fail with a valid buffer
  print("system", system.sysname, true,
        ",\"release\":" + jsonText(system.release) + ",\"machine\":" + jsonText(system.machine) +
            ",\"uid\":" + std::to_string(geteuid()));
  for (const Probe& probe : systemProbes())
    print("call", probe.name, probe.number == 0,
          outcomeJson(probe.call, probe.number == 0 ? "" : errorName(probe.number), probe.number) +
              ",\"advice\":" + jsonText(probe.effect));
  std::fflush(stdout);
  for (Mechanism mechanism : offeredMechanisms().all) {
    printMechanism(mechanism);
    std::fflush(stdout);
  }
  printRecord();
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace holdfast
