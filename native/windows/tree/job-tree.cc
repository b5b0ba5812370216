#include "windows/tree/job-tree.h"

#include <algorithm>

#include "core/uv-errors.h"
#include "windows/clock.h"
#include "windows/kernel/process-table.h"
#include "windows/kernel/termination.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr std::int64_t kEmptyLookMs = 250;  // at an emptiness that no message may have told of
constexpr std::int64_t kLingerMs = 1000;    // between terminations once survivors were reported
constexpr unsigned kTerminated = 1;         // the exit code that libuv gives

}  // namespace

JobTree::JobTree(const Terms& terms, Parts parts, std::wstring guardPath, Tell tell)
    : terms_(terms),
      job_(std::move(parts.job)),
      root_(std::move(parts.root)),
      owner_(std::move(parts.owner)),
      record_(std::move(parts.record)),
      commands_(std::move(parts.commands)),
      guardPath_(root_.ownConsole ? std::move(guardPath) : std::wstring()),
      tell_(std::move(tell)),
      timeoutAt_(kNever) {
  const auto timeoutMs = static_cast<std::int64_t>(terms_.timeoutMs);
  if (timeoutMs > 0) timeoutAt_ = nowMs() + timeoutMs;
}

void JobTree::ask(const std::string& request) {
  const std::lock_guard<std::mutex> held(requestsLock_);
  requests_.push_back(request);
}

int JobTree::signalRoot(int signo) {
  if (hasExited(root())) return uv::kESRCH;
  if (signo == 0) return 0;
  if (!isTermination(signo)) return uv::kENOSYS;
  int none = 0;
  (void)endSignal_.compare_exchange_strong(none, signo);  // the first one ends it
  if (TerminateProcess(root(), kTerminated) != 0) return 0;
  const DWORD error = GetLastError();
  return hasExited(root()) ? uv::kESRCH : uvNumberOf(error);
}

void JobTree::advance() {
  serveRequests();
  serveCallers();
  observeOwner();
  observeRoot();
  checkTimeout();
  advanceEnding();
}

std::int64_t JobTree::nextAt() const {
  if (empty()) return kNever;
  if (asked_) return nowMs();
  if (!report_.empty()) return nowMs() + kLingerMs;
  if (ending_) return std::min(timeoutAt_, ending_->nextAt());
  return rootReported_ ? std::min(timeoutAt_, nowMs() + kEmptyLookMs) : timeoutAt_;
}

void JobTree::observeOwner() {
  if (stage_ != Stage::held || !(ownerLost_ || owner_.isDead())) return;
  owner_.forget();
  const bool polite = terms_.whenOwnerDies == WhenOwnerDies::terminate;
  if (ending_ && polite) return;  // it is being ended, as politely as was asked
  begin({EndReason::ownerDied, polite ? 15 : 9, terms_.graceMs});
}

void JobTree::observeRoot() {
  if (rootReported_ || !hasExited(root())) return;
  rootReported_ = true;
  DWORD code = 0;
  (void)GetExitCodeProcess(root(), &code);  // cannot fail with a handle of ours
  const int signo = endSignal_;
  const auto kind = signo != 0 ? ExitStatus::Kind::signaled : ExitStatus::Kind::exited;
  tell_(lineOf(fact::RootEnded{{kind, signo != 0 ? signo : static_cast<std::int64_t>(code)}}));
  if (stage_ != Stage::held || ending_ || terms_.whenRootExits == WhenRootExits::wait) return;
  const bool polite = terms_.whenRootExits == WhenRootExits::terminate;
  begin({EndReason::rootExited, polite ? 15 : 9, terms_.graceMs});
}

// Also where an end has begun already, which may have any time.
void JobTree::checkTimeout() {
  if (nowMs() < timeoutAt_) return;
  timeoutAt_ = kNever;
  begin({EndReason::timeout, terms_.timeoutSignal, terms_.graceMs});
}

void JobTree::begin(const EndTerms& terms) {
  if (empty()) return;
  if (ending_) return ending_->hasten(terms);
  ending_.emplace(job_, terms, guardPath_);
}

void JobTree::advanceEnding() {
  if (empty() || (!ending_ && !rootReported_)) return;
  if (ending_ && job_.activeProcesses() > 0) {
    const bool rootRan = !hasExited(root());
    const int signo = ending_->advance();
    int none = 0;
    if (rootRan && signo != 0) (void)endSignal_.compare_exchange_strong(none, signo);
  }
  if (job_.activeProcesses() == 0 && hasExited(root())) return concludeEmpty();
  if (!ending_ || !report_.empty() || !ending_->overdue()) return;
  reportSurvivors();
  reportEnd(ending_->reason());
}

void JobTree::concludeEmpty() {
  const EndReason byItself = stage_ == Stage::released ? EndReason::released : EndReason::ended;
  stage_ = Stage::empty;
  observeRoot();
  dissolve();
  if (report_.empty()) reportEnd(ending_ ? ending_->reason() : byItself);
}

// Without a record nobody looks for the tree. Callers that wait for the end still get the report.
void JobTree::dissolve() {
  if (record_) record_->remove();
  record_.reset();
}

std::vector<std::string> JobTree::survivorLines() const {
  std::vector<std::string> lines;
  for (const Member& member : job_.members()) lines.push_back(survivorLine(member, "alive"));
  return lines;
}

void JobTree::reportSurvivors() {
  for (const std::string& line : survivorLines()) tell(line);
}

void JobTree::reportEnd(EndReason reason) {
  fact::Empty end{reason, 0, 0, 0};
  if (ending_)
    end = {reason, ending_->endedPolitely(), ending_->killed(), nowMs() - ending_->startedAt()};
  report_ = lineOf(end);
  tell(report_);
  if (empty()) commands_.reset();
}

void JobTree::tell(const std::string& fact) {
  if (commands_) commands_->tell(fact);
  tell_(fact);
}

}  // namespace holdfast
