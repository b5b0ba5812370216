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

// A polite end is the guard's to give.
int ownerToDieWith(const Launch& launch, const OwnerWatch& owner) {
  return launch.whenOwnerDies == WhenOwnerDies::kill ? owner.fd() : -1;
}

void requireAcceptable(const std::vector<EscapeRoute>& open, const Launch& launch) {
  if (const EscapeRoute* refused = refusedAmong(open, launch))
    throw Refusal{"route", std::string(nameOf(*refused))};
}

LaunchedTree start(const LaunchSetting& setting, ReceivedLaunch& request) {
  const Launch& launch = request.launch;
  OwnerLink& link = setting.link;
  link.queue("guard " + describe(ownIdentity()));
  requireNoLimits(launch.limits);
  OwnerWatch owner(launch, link);
  ExecRoot exec(launch, request.descriptors, setting.kept);
  std::unique_ptr<Containment> containment =
      choose(link, launch, {exec, ownerToDieWith(launch, owner)});

  std::vector<EscapeRoute> open = containment->escapable();
  std::optional<Record> kept = record(setting, {launch, owner.identity(), containment->mechanism(),
                                                open, containment->cgroupPath()});
  if (!kept) open.push_back(EscapeRoute::unrecorded);
  try {
    requireAcceptable(open, launch);
    link.queue("mechanism " + std::string(nameOf(containment->mechanism())) + ' ' +
               joinNames(open));
    link.queue("owner " + describe(owner.identity()));
    if (const std::string path = containment->cgroupPath(); !path.empty())
      link.queue("cgroup " + escapeField(path));
    const StartedRoot root = containment->start(exec);
    if (root.failure.step != nullptr) throw OsError(root.failure.step, root.failure.number);
    if (kept) kept->append("root " + describe(root.identity) + '\n');
    link.send("started " + describe(root.identity), root.pidfd.get());
    return {termsOf(std::move(request.launch)), std::move(owner), std::move(containment),
            root.identity, std::move(kept)};
  } catch (...) {
    containment->dissolve();
    if (kept) kept->remove();
    throw;
  }
}

}  // namespace

void blockAllSignals() {
  sigset_t all;
  sigfillset(&all);
  (void)sigprocmask(SIG_SETMASK, &all, nullptr);
}

std::optional<LaunchedTree> launchTree(const LaunchSetting& setting, ReceivedLaunch request) {
  OwnerLink& link = setting.link;
  try {
    return start(setting, request);
  } catch (const Refusal& refusal) {
    link.send("refused " + refusal.what + ' ' + escapeField(refusal.detail));
  } catch (const std::invalid_argument& problem) {
    link.send("refused owner " + escapeField(problem.what()));
  } catch (const OsError& error) {
    link.send("failed " + escapeField(error.call()) + ' ' + errorName(error.number()) + ' ' +
              std::to_string(error.number()));
  }
  return std::nullopt;
}

}  // namespace holdfast
