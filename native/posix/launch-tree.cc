#include "posix/launch-tree.h"

#include <signal.h>

#include <stdexcept>

#include "posix/choose-containment.h"
#include "posix/process.h"
#include "posix/record-text.h"

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

std::unique_ptr<Containment> choose(OwnerLink& link, const Launch& launch,
                                    const Surroundings& surroundings) {
  Choice choice = chooseContainment(launch, surroundings);
  std::string why;
  for (const std::string& candidate : choice.passedOver) {
    link.queue("passed-over " + candidate);
    why += why.empty() ? candidate : "; " + candidate;
  }
  if (!choice.containment) throw Refusal{"mechanism", why};
  return std::move(choice.containment);
}

std::optional<Record> record(const LaunchSetting& setting, const RecordFacts& facts) {
  try {
    Record record = Record::create(setting.state, facts.launch.treeId, recordText(facts));
    setting.link.queue("record " + escapeField(record.path()));
    return record;
  } catch (const OsError& error) {
    setting.link.queue("unrecorded " + describe(error));
    return std::nullopt;
  }
}

LaunchedTree start(const LaunchSetting& setting, const Launch& launch) {
  ExecRoot exec(launch, setting.passed, setting.kept);
  PreparedTree tree = prepareTree(setting, launch, exec);
  try {
    const StartedRoot root = tree.containment->start(exec);
    if (root.failure.step != nullptr) throw OsError(root.failure.step, root.failure.number);
    setting.link.send("started " + describe(root.identity), root.pidfd.get());
    return {std::move(tree), root.identity};
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
  sigset_t all;
  sigfillset(&all);
  (void)sigprocmask(SIG_SETMASK, &all, nullptr);
}

void PreparedTree::abandon() {
  containment->dissolve();
  if (record) record->remove();
}

void LaunchedTree::recordRoot() {
  try {
    if (record) record->append("root " + describe(root) + '\n');
  } catch (const OsError&) {
    return;  // the disk is full: the tree is held all the same
  }
}

PreparedTree prepareTree(const LaunchSetting& setting, const Launch& launch, ExecRoot& exec) {
  OwnerLink& link = setting.link;
  const Identity guard = ownIdentity();
  link.queue("guard " + describe(guard));
  requireNoLimits(launch.limits);
  OwnerWatch owner(launch, link);
  std::unique_ptr<Containment> containment =
      choose(link, launch, {exec, ownerToDieWith(launch, owner), setting.inPlace});

  std::vector<EscapeRoute> open = containment->escapable();
  std::optional<Record> kept = record(
      setting,
      {launch, guard, owner.identity(), containment->mechanism(), open, containment->cgroupPath()});
  PreparedTree tree{launch, std::move(owner), std::move(containment), std::move(kept)};
  if (!tree.record) open.push_back(EscapeRoute::unrecorded);
  if (const EscapeRoute* refused = refusedAmong(open, launch)) {
    tree.abandon();
    throw Refusal{"route", std::string(nameOf(*refused))};
  }
  link.queue("mechanism " + std::string(nameOf(tree.containment->mechanism())) + ' ' +
             joinNames(open));
  link.queue("owner " + describe(tree.owner.identity()));
  if (const std::string path = tree.containment->cgroupPath(); !path.empty())
    link.queue("cgroup " + escapeField(path));
  return tree;
}

std::string factOfFailure() {
  try {
    throw;
  } catch (const Refusal& refusal) {
    return "refused " + refusal.what + ' ' + escapeField(refusal.detail);
  } catch (const std::invalid_argument& problem) {
    return std::string("refused owner ") + escapeField(problem.what());
  } catch (const OsError& error) {
    return "failed " + escapeField(error.call()) + ' ' + errorName(error.number()) + ' ' +
           std::to_string(error.number());
  }
}

std::optional<LaunchedTree> launchTree(const LaunchSetting& setting, const Launch& launch) {
  try {
    LaunchedTree tree = start(setting, launch);
    tree.recordRoot();
    return tree;
  } catch (...) {
    setting.link.send(factOfFailure());
    return std::nullopt;
  }
}

}  // namespace holdfast
