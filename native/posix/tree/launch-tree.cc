#include "posix/tree/launch-tree.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <stdexcept>

#include "core/facts.h"
#include "core/records/record.h"
#include "posix/port/prctl.h"
#include "posix/port/process.h"
#include "posix/port/signals.h"
#include "posix/port/system.h"
#include "posix/tree/choose-containment.h"
#include "posix/tree/pending-signals.h"

namespace holdfast {

namespace {

// Told to the owner as `refused WHAT DETAIL`: nothing has been started.
struct Refusal {
  std::string what;
  std::string detail;
};

void requireNoLimits(const Limits& limits) {
  if (limits.memoryBytes || limits.processes || limits.cpuCores)
    throw Refusal{"limits", "this version does not enforce limits"};
}

// "cgroup (EACCES, mkdir)"
std::string inWords(const fact::PassedOver& candidate) {
  return std::string(nameOf(candidate.mechanism)) + " (" + candidate.why.code + ", " +
         candidate.why.call + ')';
}

bool isShortage(int error) {
  return error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
}

// Every candidate works here, but the machine is short of something now: then the shortage is the
// error, and no mechanism is.
void requireNoShortage(const std::vector<fact::PassedOver>& passedOver) {
  for (const fact::PassedOver& candidate : passedOver)
    if (!isShortage(candidate.why.number)) return;
  if (passedOver.empty()) return;
  throw OsError(passedOver.back().why.call, passedOver.back().why.number);
}

std::unique_ptr<Containment> choose(OwnerLink& link, const Launch& launch,
                                    const Surroundings& surroundings) {
  Choice choice = chooseContainment(launch.terms, surroundings);
  std::string why;
  for (const fact::PassedOver& candidate : choice.passedOver) {
    link.queue(lineOf(candidate));
    why += (why.empty() ? "" : "; ") + inWords(candidate);
  }
  if (choice.containment) return std::move(choice.containment);
  requireNoShortage(choice.passedOver);
  throw Refusal{"mechanism", why};
}

RecordFacts factsOf(const Launch& launch, const Containment& containment) {
  RecordFacts facts;
  facts.treeId = launch.terms.treeId;
  facts.label = launch.terms.label;
  facts.mark = launch.terms.mark;
  facts.uid = geteuid();
  facts.machine = machineId();
  facts.boot = bootId();
  facts.pidNamespace = pidNamespaceId();
  facts.mechanism = containment.mechanism();
  facts.escapable = containment.escapable();
  facts.cgroup = containment.cgroupPath();
  facts.cgroups = ownCgroups();
  facts.file = launch.file;
  facts.created = static_cast<std::uint64_t>(std::time(nullptr));
  return facts;
}

std::optional<Record> record(const LaunchSetting& setting, const RecordFacts& facts) {
  try {
    Record record = Record::create(setting.home, facts.treeId, recordText(facts));
    setting.link.queue(lineOf(fact::Recorded{record.path()}));
    return record;
  } catch (const OsError& error) {
    setting.link.queue(lineOf(fact::Unrecorded{error}));
    return std::nullopt;
  }
}

// Not under a mechanism by which a crash leaves nothing alive: there would be nothing to find.
bool crashLeavesMembers(const std::vector<EscapeRoute>& open) {
  return std::find(open.begin(), open.end(), EscapeRoute::ownerAndGuardKilled) != open.end();
}

LaunchedTree start(const LaunchSetting& setting, const Launch& launch) {
  ExecRoot exec(launch, setting.passed, setting.kept);
  PreparedTree tree = prepareTree(setting, launch, exec);
  denyTracing();  // not earlier, or no user namespace could be made
  try {
    tree.containment->keepOpen();  // a member may cover /proc at once
    const sigset_t early = pendingSignals();
    const StartedRoot root = tree.containment->start(exec);
    if (root.failure.step != nullptr) throw OsError(root.failure.step, root.failure.number);
    setting.link.send(lineOf(fact::Started{root.identity}), root.pidfd.get());
    return {std::move(tree), root.identity, early};
  } catch (...) {
    tree.abandon();
    throw;
  }
}

}  // namespace

int ownerToDieWith(const Terms& terms, const OwnerWatch& owner) {
  return terms.whenOwnerDies == WhenOwnerDies::kill ? owner.fd() : -1;
}

void takeOverSignals() {
  (void)signal(SIGCHLD, SIG_DFL);
  blockEverySignal();
  try {
    setParentDeathSignal(SIGCONT);
  } catch (const OsError&) {
    return;  // a system without it
  }
}

void PreparedTree::abandon() {
  containment->dissolve();
  if (record) record->remove();
}

void LaunchedTree::recordRoot() {
  try {
    if (record) record->append(rootLine(root));
  } catch (const OsError&) {
    return;  // the disk is full: the tree is held all the same
  }
}

PreparedTree prepareTree(const LaunchSetting& setting, const Launch& launch, ExecRoot& exec) {
  OwnerLink& link = setting.link;
  const Identity guard = ownIdentity();
  link.queue(lineOf(fact::Guard{guard}));
  requireNoLimits(launch.terms.limits);
  OwnerWatch owner(launch.terms.owner, link);
  std::unique_ptr<Containment> containment =
      choose(link, launch, {exec, ownerToDieWith(launch.terms, owner), setting.inPlace});

  std::vector<EscapeRoute> open = containment->escapable();
  RecordFacts facts = factsOf(launch, *containment);
  facts.guard = guard;
  facts.owner = owner.identity();
  std::optional<Record> kept = record(setting, facts);
  PreparedTree tree{launch.terms, std::move(owner), std::move(containment), std::move(kept)};
  if (!tree.record && crashLeavesMembers(open)) open.push_back(EscapeRoute::unrecorded);
  if (const EscapeRoute* refused = refusedAmong(open, launch.terms)) {
    tree.abandon();
    throw Refusal{"route", std::string(nameOf(*refused))};
  }
  link.queue(lineOf(fact::Held{tree.containment->mechanism(), open}));
  link.queue(lineOf(fact::Owner{tree.owner.identity()}));
  if (const std::string path = tree.containment->cgroupPath(); !path.empty())
    link.queue(lineOf(fact::InCgroup{path}));
  return tree;
}

std::string factOfFailure() {
  try {
    throw;
  } catch (const Refusal& refusal) {
    return lineOf(fact::Refused{refusal.what, refusal.detail});
  } catch (const std::invalid_argument& problem) {
    return lineOf(fact::Refused{"owner", problem.what()});
  } catch (const OsError& error) {
    return lineOf(fact::Failed{error});
  }
}

std::optional<LaunchedTree> launchTree(const LaunchSetting& setting, const Launch& launch) {
  try {
    return start(setting, launch);
  } catch (...) {
    setting.link.send(factOfFailure());
    return std::nullopt;
  }
}

}  // namespace holdfast
