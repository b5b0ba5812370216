#include "guard/launch-tree.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <stdexcept>

#include "guard/record-text.h"
#include "guard/supervisor.h"
#include "posix/choose-containment.h"
#include "posix/process.h"

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

std::optional<Record> record(OwnerLink& link, const std::string& treeId, const std::string& text) {
  try {
    Record record = Record::create(treeId, text);
    link.queue("record " + escapeField(record.path()));
    return record;
  } catch (const OsError& error) {
    link.queue("unrecorded " + describe(error));
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

// The guard holds nothing of the user's and is in nobody's way: no descriptor, no terminal, no
// directory that could not be unmounted.
void stepAside(std::vector<UniqueFd>& descriptors) {
  descriptors.clear();
  for (int fd = 0; fd <= 2; ++fd) {
    UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (null && null.get() != fd) (void)dup2(null.get(), fd);
    if (null.get() == fd) (void)null.release();
  }
  closeInherited();
  (void)setsid();  // fails only for a group leader, and a guard is none
  (void)chdir("/");
}

void startAndSupervise(OwnerLink& link, ReceivedLaunch& request, SignalState kept) {
  const Launch& launch = request.launch;
  link.queue("guard " + describe(ownIdentity()));
  requireNoLimits(launch.limits);
  OwnerWatch owner(launch, link);
  UniqueFd childSignals = openChildSignals();
  ExecRoot exec(launch, request.descriptors, kept);
  std::unique_ptr<Containment> containment =
      choose(link, launch, {exec, ownerToDieWith(launch, owner)});

  std::vector<EscapeRoute> open = containment->escapable();
  const RecordFacts facts{launch, owner.identity(), containment->mechanism(), open,
                          containment->cgroupPath()};
  SupervisedTree tree{launch, std::move(containment), Identity{},
                      record(link, launch.treeId, recordText(facts))};
  if (!tree.record) open.push_back(EscapeRoute::unrecorded);
  const auto undo = [&tree] {
    tree.containment->dissolve();
    if (tree.record) tree.record->remove();
  };
  try {
    requireAcceptable(open, launch);
    link.queue("mechanism " + std::string(nameOf(tree.containment->mechanism())) + ' ' +
               joinNames(open));
    link.queue("owner " + describe(owner.identity()));
    if (const std::string path = tree.containment->cgroupPath(); !path.empty())
      link.queue("cgroup " + escapeField(path));
    const StartedRoot root = tree.containment->start(exec);
    if (root.failure.step != nullptr) {
      undo();
      return link.send("failed " + describe(OsError(root.failure.step, root.failure.number)));
    }
    tree.root = root.identity;
    stepAside(request.descriptors);
    if (tree.record) tree.record->append("root " + describe(root.identity) + '\n');
    link.send("started " + describe(root.identity), root.pidfd.get());
  } catch (...) {
    undo();
    throw;
  }
  Supervisor(link, owner, std::move(tree), std::move(childSignals)).run();
}

}  // namespace

void blockAllSignals() {
  sigset_t all;
  sigfillset(&all);
  (void)sigprocmask(SIG_SETMASK, &all, nullptr);
}

void launchTree(OwnerLink& link, ReceivedLaunch request, SignalState kept) {
  try {
    startAndSupervise(link, request, kept);
  } catch (const Refusal& refusal) {
    link.send("refused " + refusal.what + ' ' + escapeField(refusal.detail));
  } catch (const std::invalid_argument& problem) {
    link.send("refused owner " + escapeField(problem.what()));
  } catch (const OsError& error) {
    link.send("failed " + escapeField(error.call()) + ' ' + errorName(error.number()) + ' ' +
              std::to_string(error.number()));
  }
}

}  // namespace holdfast
