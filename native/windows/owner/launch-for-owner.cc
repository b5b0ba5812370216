#include "windows/owner/launch-for-owner.h"

#include <future>
#include <stdexcept>
#include <thread>

#include "core/facts.h"
#include "core/launch.h"
#include "core/text/fields.h"
#include "core/uv-errors.h"
#include "windows/kernel/process-table.h"
#include "windows/kernel/termination.h"
#include "windows/owner/guard-process.h"
#include "windows/tree/supervisor.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr int kSigkill = 9;
constexpr DWORD kDyingMs = 5000;

Identity rootIn(const std::vector<std::string>& facts) {
  const auto started = facts.empty() ? std::nullopt : readAs<fact::Started>(facts.back());
  return started ? started->root : Identity{};
}

// Turns what a guard says into facts, on a thread that ends with the guard.
class Listener {
 public:
  Listener(std::shared_ptr<GuardProcess> guard, std::shared_ptr<FactBox> news)
      : guard_(std::move(guard)), news_(std::move(news)) {}

  std::future<std::vector<std::string>> birth() { return birth_.get_future(); }

  void listen() {
    std::string line;
    while (guard_->readLine(line)) take(line);
    if (!born_)
      birth_.set_value(std::move(facts_));
    else if (!over_)
      tellOfTheGuardsDeath();
  }

 private:
  void take(const std::string& line) {
    if (born_) {
      rootEnded_ = rootEnded_ || readAs<fact::RootEnded>(line);
      over_ = over_ || readAs<fact::Empty>(line);
      return news_->put(line);
    }
    facts_.push_back(line);
    if (!isAnswer(line)) return;
    born_ = true;
    root_ = rootIn(facts_);
    birth_.set_value(std::move(facts_));
  }

  // With the guard went the last handle of the job: the kernel ends the members.
  void tellOfTheGuardsDeath() {
    const UniqueHandle root = openProcess(root_, SYNCHRONIZE);
    if (root) (void)WaitForSingleObject(root.get(), kDyingMs);
    if (!rootEnded_) news_->put(lineOf(fact::RootEnded{{ExitStatus::Kind::signaled, kSigkill}}));
    news_->put(lineOf(fact::Empty{EndReason::guardDied, 0, 0, 0}));
  }

  std::shared_ptr<GuardProcess> guard_;
  std::shared_ptr<FactBox> news_;
  std::promise<std::vector<std::string>> birth_;
  std::vector<std::string> facts_;
  Identity root_;
  bool born_ = false;
  bool rootEnded_ = false;
  bool over_ = false;
};

class GuardHolder : public TreeHolder {
 public:
  GuardHolder(std::shared_ptr<GuardProcess> guard, const Identity& root)
      : guard_(std::move(guard)), root_(openProcess(root, SYNCHRONIZE)) {}

  void ask(const std::string& request) override { guard_->writeLine(request); }

  int signalRoot(int signo) override {
    if (!root_ || hasExited(root_.get())) return uv::kESRCH;
    if (signo == 0) return 0;
    if (!isTermination(signo)) return uv::kENOSYS;
    guard_->writeLine("root " + std::to_string(signo));
    return 0;
  }

  void letGo() override { guard_->hangUp(); }

 private:
  std::shared_ptr<GuardProcess> guard_;
  UniqueHandle root_;
};

LaunchedTree launchByGuard(const TreeLaunch& setting, const Launch& launch) {
  (void)Supervisor::instance();  // keeps this library loaded under the thread below
  std::string request(setting.request);
  if (!launch.terms.owner) {
    FieldWriter owner;
    owner.add("owner", ownIdentity());
    request += owner.take();
  }
  GuardTerms terms;
  terms.path = setting.guardPath;
  terms.linkCounts = !launch.terms.owner;
  terms.detached = launch.detached;
  const auto guard = std::make_shared<GuardProcess>(terms, setting.passed);
  LaunchedTree launched;
  launched.news = std::make_shared<FactBox>();
  const auto listener = std::make_shared<Listener>(guard, launched.news);
  std::future<std::vector<std::string>> birth = listener->birth();
  std::thread([listener] { listener->listen(); }).detach();
  guard->writeRequest(request);
  if (birth.wait_for(std::chrono::milliseconds(setting.deadlineMs)) != std::future_status::ready) {
    guard->terminate();
    throw OsError("holdfast-guard", uv::kETIMEDOUT);
  }
  launched.facts = birth.get();
  const Identity root = rootIn(launched.facts);
  if (root.pid != 0) launched.holder = std::make_shared<GuardHolder>(guard, root);
  return launched;
}

bool needsGuard(const Launch& launch) {
  const bool isAnothers = launch.terms.owner && !(*launch.terms.owner == ownIdentity());
  return isAnothers || launch.terms.whenOwnerDies == WhenOwnerDies::terminate;
}

}  // namespace

LaunchedTree launchForOwner(const TreeLaunch& setting) {
  try {
    const Launch launch = decodeLaunch(setting.request);
    if (needsGuard(launch)) return launchByGuard(setting, launch);
  } catch (const std::invalid_argument&) {
    return launchTree(setting);  // says what is wrong with it
  }
  return launchTree(setting);
}

}  // namespace holdfast
