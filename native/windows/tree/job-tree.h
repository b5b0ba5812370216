// One tree held by a job: its root, its terms, its way to the end. Requests come in and facts go
// out as the lines of docs/protocol.md, as a guard speaks them on other systems.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/launch.h"
#include "core/requests.h"
#include "windows/kernel/job.h"
#include "windows/records/record.h"
#include "windows/start/start-root.h"
#include "windows/tree/command-pipe.h"
#include "windows/tree/ending.h"
#include "windows/tree/owner-watch.h"

namespace holdfast {

class JobTree {
 public:
  using Tell = std::function<void(const std::string& fact)>;

  // What holds the tree, and who it is about.
  struct Parts {
    Job job;
    StartedRoot root;
    OwnerWatch owner;
    std::optional<Record> record;           // nothing when none can be kept
    std::unique_ptr<CommandPipe> commands;  // nothing when nobody may ask
  };

  JobTree(const Terms& terms, Parts parts, std::wstring guardPath, Tell tell);

  // From any thread; what they ask for is done by the next advance().
  void ask(const std::string& request);
  void loseOwner() { ownerLost_ = true; }
  // From any thread, at once. 0 or an error number as libuv's uv_process_kill() would return.
  int signalRoot(int signo);

  // The rest belongs to the thread that supervises.
  void advance();
  std::int64_t nextAt() const;
  // Nothing is left, and everything has been told.
  bool finished() const { return empty() && (rootCollected_ || ownerLost_); }
  HANDLE root() const { return root_.process.get(); }
  HANDLE owner() const { return owner_.process(); }

 private:
  static constexpr std::int64_t kNever = INT64_MAX;

  // `released`: nothing ends it any more but a request.
  enum class Stage { held, released, empty };

  bool empty() const { return stage_ == Stage::empty; }
  void serveRequests();
  void serve(const std::string& request);
  void serveEnd(const EndRequest& request);
  void serveSignal(int signo);
  void serveRelease();
  void serveCallers();
  void serve(PipeCaller& caller, const std::string& request);
  std::vector<std::string> answerTo(std::string_view question) const;
  void observeOwner();
  void observeRoot();
  void checkTimeout();
  void begin(const EndTerms& terms);
  void advanceEnding();
  void concludeEmpty();
  void dissolve();
  void reportSurvivors();
  void reportEnd(EndReason reason);
  std::vector<std::string> survivorLines() const;
  void tell(const std::string& fact);

  Terms terms_;
  Job job_;
  StartedRoot root_;
  OwnerWatch owner_;
  std::optional<Record> record_;
  std::unique_ptr<CommandPipe> commands_;
  std::wstring guardPath_;
  Tell tell_;
  std::int64_t timeoutAt_;  // kNever: there is none, or it has come
  std::mutex requestsLock_;
  std::vector<std::string> requests_;
  std::atomic<bool> ownerLost_{false};
  std::atomic<int> endSignal_{0};  // what the root was terminated with
  std::optional<Ending> ending_;
  Stage stage_ = Stage::held;
  bool asked_ = false;  // another command may have more requests
  bool rootReported_ = false;
  bool rootCollected_ = false;
  std::string report_;  // the last fact, once it has been told
};

}  // namespace holdfast
