// What the holder of a tree does when it is asked: by its owner, and by other commands of the user
// over the pipe that the record names.

#include "core/records/record.h"
#include "core/requests.h"
#include "core/text/lines.h"
#include "windows/kernel/process-table.h"
#include "windows/kernel/termination.h"
#include "windows/tree/job-tree.h"

namespace holdfast {

namespace {

constexpr unsigned kTerminated = 1;  // the exit code that libuv gives

bool terminate(const Member& member) {
  const UniqueHandle process = openProcess(member.identity, PROCESS_TERMINATE);
  return process && TerminateProcess(process.get(), kTerminated) != 0;
}

}  // namespace

void JobTree::serveRequests() {
  std::vector<std::string> requests;
  {
    const std::lock_guard<std::mutex> held(requestsLock_);
    requests.swap(requests_);
  }
  for (const std::string& request : requests) serve(request);
}

void JobTree::serve(const std::string& request) {
  const Fields fields = splitFields(request);
  const std::string_view word = fields.empty() ? std::string_view{} : fields[0];
  if (const auto end = readEndRequest(fields)) return serveEnd(*end);
  if (word == "signal" && fields.size() == 2) return serveSignal(signoIn(fields[1]));
  if (fields.size() == 1)
    for (const std::string& line : answerTo(word)) tell_(line);
  if (word == "members" || word == "usage" || word == "asked") return;
  if (word == "release") return serveRelease();
  if (word == "root" && fields.size() == 2) return (void)signalRoot(signoIn(fields[1]));
  if (word == "collected")
    rootCollected_ = true;
  else
    tell_(lineOf(fact::Unknown{request}));
}

void JobTree::serveEnd(const EndRequest& request) {
  EndTerms terms;
  terms.reason = request.reason;
  if (request.signo >= 1 && request.signo <= 64) terms.signo = request.signo;
  terms.graceMs = request.graceMs.value_or(terms_.graceMs);
  begin(terms);
}

void JobTree::serveSignal(int signo) {
  std::size_t sent = 0;
  for (const Member& member : job_.members()) {
    const bool isRoot = member.identity == root_.identity;
    if (signo == 0 || (isRoot && signalRoot(signo) == 0))
      ++sent;
    else if (!isRoot && isTermination(signo) && terminate(member))
      ++sent;
  }
  tell_(lineOf(fact::Sent{sent}));
}

void JobTree::serveRelease() {
  try {
    if (record_) record_->append(releasedLine());
    job_.letLiveOn();
    if (stage_ == Stage::held) stage_ = Stage::released;
    timeoutAt_ = kNever;
    tell_(lineOf(fact::Released{}));
  } catch (const OsError& error) {
    tell_(lineOf(fact::NotReleased{error}));
  }
}

void JobTree::serveCallers() {
  if (!commands_) return;
  try {
    asked_ = commands_->advance([this](auto& caller, const auto& line) { serve(caller, line); });
  } catch (const OsError&) {
    asked_ = false;
    commands_.reset();  // nobody is reached any more; the record still says whose tree it is
  }
}

// Only the owner may release the tree or free the root's pid.
void JobTree::serve(PipeCaller& caller, const std::string& request) {
  const Fields fields = splitFields(request);
  if (isQuestion(fields)) {
    for (const std::string& line : answerTo(fields[0])) caller.say(line);
    return;
  }
  const auto end = readEndRequest(fields);
  if (!end || !isEndForAll(fields)) {
    caller.say(lineOf(fact::Unknown{request}));
    return caller.hangUp();
  }
  caller.awaitsEnd = true;
  serveEnd(*end);
  if (report_.empty()) return;
  for (const std::string& line : survivorLines()) caller.say(line);
  caller.say(report_);
}

std::vector<std::string> JobTree::answerTo(std::string_view question) const {
  std::vector<std::string> lines;
  if (question == "members") {
    for (const Member& member : job_.members()) lines.push_back(lineOf(fact::OneMember{member}));
    lines.push_back(lineOf(fact::Members{lines.size()}));
  } else if (question == "usage") {
    lines.push_back(lineOf(fact::Used{job_.usage()}));
  }
  return lines;
}

}  // namespace holdfast
