// What a guard does when it is asked: by its owner over the link, by other commands of the user
// over the socket beside the record.

#include <signal.h>

#include <algorithm>

#include "core/records/record.h"
#include "core/requests.h"
#include "core/text/lines.h"
#include "guard/supervisor/answers.h"
#include "guard/supervisor/supervisor.h"
#include "posix/port/process.h"
#include "posix/port/signals.h"

namespace holdfast {

namespace {

bool isOutside(Containment& containment, int pid) {
  const std::vector<Member> members = containment.members();
  const auto isIt = [&](const Member& member) { return member.identity.pid == pid; };
  return identityOf(pid) && std::none_of(members.begin(), members.end(), isIt);
}

EndTerms termsOf(const EndRequest& request, const Terms& tree) {
  EndTerms terms;
  terms.reason = request.reason;
  if (isSignal(request.signo)) terms.signo = request.signo;
  terms.graceMs = request.graceMs.value_or(tree.graceMs);
  return terms;
}

}  // namespace

void Supervisor::serveRequests() {
  for (const std::string& request : link_.receive()) serve(request);
  if (commands_)
    commands_->serveOne([this](auto& caller, const auto& request) { serve(caller, request); });
}

void Supervisor::serve(const std::string& request) {
  const Fields fields = splitFields(request);
  const std::string_view word = fields.empty() ? std::string_view{} : fields[0];
  if (answer(fields, link_)) return;
  if (const auto end = readEndRequest(fields)) return begin(termsOf(*end, tree_.terms));
  if (word == "signal" && fields.size() == 2) return serveSignal(signoIn(fields[1]));
  if (word == "release") return serveRelease();
  if (word == "resume") return serveResume();
  if (word == "asked" && fields.size() == 2) return noteTold(signoIn(fields[1]), Told::root);
  if (word == "checked") return serveChecked();
  if (word == "leave") return serveLeave();
  if (word == "front-signal" && fields.size() == 4) return serveFrontSignal(fields);
  if (word != "collected") return link_.send(lineOf(fact::Unknown{request}));
  if (rootStage_ == RootStage::ended) rootStage_ = RootStage::collected;
  tree_.containment->collectRoot();
}

// Only the owner may release the tree or free the root's pid.
void Supervisor::serve(CommandSocket::Caller& caller, const std::string& request) {
  const Fields fields = splitFields(request);
  if (answer(fields, caller.link)) return;
  const auto end = readEndRequest(fields);
  if (!end || !isEndForAll(fields)) {
    caller.link.send(lineOf(fact::Unknown{request}));
    return caller.link.close();
  }
  EndTerms terms = termsOf(*end, tree_.terms);
  // No member gives its tree more time after the root's end than the tree was given.
  const bool longer = terms.graceMs > tree_.terms.graceMs;
  if (longer && !isOutside(*tree_.containment, caller.pid)) terms.graceMs = tree_.terms.graceMs;
  caller.awaitsEnd = true;
  begin(terms);
  if (!reported()) return;
  for (const std::string& line : survivors()) caller.link.queue(line);
  caller.link.send(report_);
}

// Whether it was a question that anybody may ask.
bool Supervisor::answer(const Fields& fields, LineSocket& asker) {
  if (!isQuestion(fields)) return false;
  if (fields[0] == "usage") asker.queue(usageLine(*tree_.containment));
  if (fields[0] == "members")
    for (const std::string& line : memberLines(*tree_.containment)) asker.queue(line);
  asker.flush();
  return true;
}

void Supervisor::serveSignal(int signo) {
  std::size_t sent = 0;
  for (const Member& member : tree_.containment->members())
    if (tree_.containment->signalMember(member.identity, signo) == 0) ++sent;
  link_.send(lineOf(fact::Sent{sent}));
}

// Every stop that is reported after `resumed` happened after the continuation.
void Supervisor::serveResume() {
  tree_.containment->settleStops();
  reportStops();
  link_.send(lineOf(fact::Resumed{}));
}

void Supervisor::serveRelease() {
  try {
    if (tree_.record) tree_.record->append(releasedLine());
    tree_.containment->release();
    if (stage_ == Stage::held) stage_ = Stage::released;
    timeoutAt_ = kNever;
    tree_.owner.forget();
    link_.send(lineOf(fact::Released{}));
  } catch (const OsError& error) {
    link_.send(lineOf(fact::NotReleased{error}));
  }
}

}  // namespace holdfast
