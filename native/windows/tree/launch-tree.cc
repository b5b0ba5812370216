#include "windows/tree/launch-tree.h"

#include <algorithm>
#include <ctime>
#include <optional>
#include <stdexcept>

#include "core/facts.h"
#include "core/records/record.h"
#include "core/tree-names.h"
#include "windows/kernel/process-table.h"
#include "windows/records/record-directory.h"
#include "windows/tree/job-tree.h"
#include "windows/tree/supervisor.h"
#include "windows/wide-text.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

class OwnHolder : public TreeHolder {
 public:
  OwnHolder(std::shared_ptr<JobTree> tree, std::uintptr_t key)
      : tree_(std::move(tree)), key_(key) {}

  void ask(const std::string& request) override {
    tree_->ask(request);
    Supervisor::instance().wake(key_);
  }
  int signalRoot(int signo) override { return tree_->signalRoot(signo); }
  void letGo() override {
    tree_->loseOwner();
    Supervisor::instance().wake(key_);
  }

 private:
  std::shared_ptr<JobTree> tree_;
  std::uintptr_t key_;
};

// Told to the owner as `refused WHAT DETAIL`: nothing has been started.
struct Refusal {
  std::string what;
  std::string detail;
};

void requireJob(const Launch& launch) {
  const std::vector<Mechanism>& accepted = launch.terms.mechanisms;
  if (std::find(accepted.begin(), accepted.end(), Mechanism::job) == accepted.end())
    throw Refusal{"mechanism",
                  std::string(nameOf(accepted.front())) + " is a mechanism of another system"};
}

OwnerWatch ownerFor(const Launch& launch) {
  if (launch.terms.owner && !(*launch.terms.owner == ownIdentity())) {
    try {
      return OwnerWatch(*launch.terms.owner);
    } catch (const std::invalid_argument& problem) {
      throw Refusal{"owner", problem.what()};
    }
  }
  if (launch.terms.whenOwnerDies == WhenOwnerDies::terminate)
    throw Refusal{"owner", "the kernel ends the tree of a process that holds it itself, at once"};
  return OwnerWatch();
}

void requireClosed(const Launch& launch, const std::vector<EscapeRoute>& open) {
  for (EscapeRoute route : launch.terms.refused)
    if (std::find(open.begin(), open.end(), route) != open.end())
      throw Refusal{"route", std::string(nameOf(route))};
}

// While an exception of a launch is handled: the fact that tells the owner why there is no tree.
std::string factOfFailure() {
  try {
    throw;
  } catch (const Refusal& refusal) {
    return lineOf(fact::Refused{refusal.what, refusal.detail});
  } catch (const std::invalid_argument& problem) {
    return lineOf(fact::Refused{"request", problem.what()});
  } catch (const OsError& error) {
    return lineOf(fact::Failed{error});
  }
}

RecordFacts factsOf(const Launch& launch, const Identity& owner) {
  RecordFacts facts;
  facts.treeId = launch.terms.treeId;
  facts.label = launch.terms.label;
  facts.mark = launch.terms.mark;
  facts.machine = machineId();
  facts.owner = owner;
  facts.guard = ownIdentity();
  facts.mechanism = Mechanism::job;
  facts.escapable = {EscapeRoute::broker};
  facts.file = launch.file;
  facts.created = static_cast<std::uint64_t>(std::time(nullptr));
  return facts;
}

std::unique_ptr<CommandPipe> commandPipe(const std::string& treeId, std::uintptr_t key) {
  try {
    return std::make_unique<CommandPipe>(treeId, Supervisor::instance().port(), key);
  } catch (const OsError&) {
    return nullptr;  // the record names no socket, so nobody asks here
  }
}

std::optional<Record> record(const std::string& home, const RecordFacts& facts,
                             std::vector<std::string>& told) {
  try {
    Record record = Record::create(home, facts.treeId, recordText(facts));
    told.push_back(lineOf(fact::Recorded{record.path()}));
    return record;
  } catch (const OsError& error) {
    told.push_back(lineOf(fact::Unrecorded{error}));
    return std::nullopt;
  }
}

void recordRoot(std::optional<Record>& record, const Identity& root) {
  try {
    if (record) record->append(rootLine(root));
  } catch (const OsError&) {
    return;  // the disk is full: the tree is held all the same
  }
}

void start(const TreeLaunch& setting, LaunchedTree& launched) {
  const Launch launch = decodeLaunch(setting.request);
  requireJob(launch);
  OwnerWatch owner = ownerFor(launch);
  // Also without a record: when the holder crashes, the kernel leaves nothing to be found.
  const std::vector<EscapeRoute> open{EscapeRoute::broker};
  requireClosed(launch, open);

  Supervisor& supervisor = Supervisor::instance();
  const std::uintptr_t key = supervisor.reserveKey();
  Job job;
  job.limit(launch.terms.limits);
  job.reportTo(supervisor.port(), key);
  RecordFacts facts = factsOf(launch, owner.identity());
  std::unique_ptr<CommandPipe> commands = commandPipe(launch.terms.treeId, key);
  if (commands) facts.socket = socketNameOf(launch.terms.treeId);
  std::vector<std::string>& told = launched.facts;
  std::optional<Record> kept = record(setting.home, facts, told);
  if (!kept) commands.reset();
  StartedRoot root = startRoot(launch, job, setting.passed);
  recordRoot(kept, root.identity);
  if (root.entry == Entry::suspended)
    told.push_back(lineOf(fact::PassedOver{
        Mechanism::job, {"JOB_LIST", "ENOTSUP", uvNumberOf(ERROR_NOT_SUPPORTED)}}));
  told.push_back(lineOf(fact::Held{Mechanism::job, open}));
  told.push_back(lineOf(fact::Owner{owner.identity()}));
  told.push_back(lineOf(fact::Started{root.identity}));
  const auto tree = std::make_shared<JobTree>(
      launch.terms,
      JobTree::Parts{std::move(job), std::move(root), std::move(owner), std::move(kept),
                     std::move(commands)},
      wideText(setting.guardPath),
      [news = launched.news](const std::string& fact) { news->put(fact); });
  supervisor.add(key, tree);
  launched.holder = std::make_shared<OwnHolder>(tree, key);
}

}  // namespace

LaunchedTree launchTree(const TreeLaunch& setting) {
  LaunchedTree launched;
  launched.news = std::make_shared<FactBox>();
  try {
    start(setting, launched);
  } catch (...) {
    launched.facts.push_back(factOfFailure());
  }
  return launched;
}

}  // namespace holdfast
