// What a guard does when it is asked: by its owner over the link, by other commands of the user
// over the socket beside the record.

#include <signal.h>

#include <algorithm>

#include "core/records/record.h"
#include "core/text/lines.h"
#include "guard/supervisor/answers.h"
#include "guard/supervisor/supervisor.h"
#include "posix/port/process.h"

namespace holdfast {

namespace {

bool isOutside(Containment& containment, int pid) {
  const std::vector<Member> members = containment.members();
  const auto isIt = [&](const Member& member) { return member.identity.pid == pid; };
  return identityOf(pid) && std::none_of(members.begin(), members.end(), isIt);
}

}  // namespace

void Supervisor::serveRequests() {
  for (const std::string& request : link_.receive()) serve(request);
  if (commands_)
    commands_->serveOne([this](auto& caller, const auto& request) { serve(caller, request); });
}

void Supervisor::serve(const std::string& request) {
  const std::vector<std::string_view> fields = splitFields(request);
  const std::string_view word = fields.empty() ? std::string_view{} : fields[0];
  if (answer(fields, link_)) return;
  if (word == "end" && fields.size() == 4) return begin(endTermsIn(fields, tree_.terms.graceMs));
  if (word == "signal" && fields.size() == 2) return serveSignal(signoIn(fields[1]));
  if (word == "release") return serveRelease();
  if (word == "resume") return serveResume();
  if (word == "asked" && fields.size() == 2) return noteTold(signoIn(fields[1]), Told::root);
  if (word == "checked") return serveChecked();
  if (word == "leave") return serveLeave();
  if (word == "front-signal" && fields.size() == 4) return serveFrontSignal(fields);
  if (word != "collected") return link_.send(lineOf(fact::Unknown{request}));
  rootCollected_ = true;
  tree_.containment->collectRoot();
}

// What is the owner's alone (to release, to free the root's pid) nobody else may ask for.
void Supervisor::serve(CommandSocket::Caller& caller, const std::string& request) {
  const std::vector<std::string_view> fields = splitFields(request);
  if (answer(fields, caller.link)) return;
  const bool isEnd =
      fields.size() == 4 && fields[0] == "end" && (fields[1] == "kill" || fields[1] == "terminate");
  if (!isEnd) {
    caller.link.send(lineOf(fact::Unknown{request}));
    return caller.link.close();
  }
  EndTerms terms = endTermsIn(fields, tree_.terms.graceMs);
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
bool Supervisor::answer(const std::vector<std::string_view>& fields, LineSocket& asker) {
  if (fields.size() != 1 || (fields[0] != "members" && fields[0] != "usage")) return false;
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

// Whatever stops are reported after `resumed` came after the continuation.
void Supervisor::serveResume() {
  tree_.containment->settleStops();
  reportStops();
  link_.send(lineOf(fact::Resumed{}));
}

void Supervisor::serveRelease() {
  try {
    if (tree_.record) tree_.record->append(releasedLine());
    tree_.containment->release();
    released_ = true;
    tree_.owner.forget();
    link_.send(lineOf(fact::Released{}));
  } catch (const OsError& error) {
    link_.send(lineOf(fact::NotReleased{error}));
  }
}

}  // namespace holdfast
