#include "guard/supervisor/front-ties.h"

#include <unistd.h>

#include <algorithm>

#include "posix/clock.h"
#include "posix/port/process.h"
#include "posix/port/signal-state.h"

namespace holdfast {

namespace {

constexpr std::int64_t kCallerLookMs = 500;  // where there are no handles

}  // namespace

FrontTies::FrontTies(const FrontTerms& terms, const OwnerLink& link)
    : terms_(terms),
      group_(getpgid(terms.identity.pid)),
      early_(pendingSignalsOf(terms.identity.pid)) {
  for (const Identity& owner : terms.owners) owners_.emplace_back(owner, link);
  if (terms.ownedByStdin) input_.emplace(StdinWatch::copy(STDIN_FILENO));
}

// Not before the root runs: its start does not wait for this. Who has ended meanwhile shows as
// gone.
void FrontTies::watchCallers() {
  const Callers& callers = terms_.callers;
  for (const Identity& caller : callers.chain) callers_.emplace_back(caller);
  if (callers.isClient) watchClient(callers.above);
}

void FrontTies::watchClient(const Identity& client) {
  if (!hangsUp(STDIN_FILENO)) return;
  client_.emplace(client);
  if (!input_) input_.emplace(StdinWatch::copy(STDIN_FILENO));
}

// First the handle, then the look: if that shows the right process, the handle is its.
FrontTies::Caller::Caller(const Identity& caller)
    : identity(caller), pidfd(openProcess(caller.pid)) {
  if (!lives(caller)) pidfd.reset();
}

bool FrontTies::Caller::isGone() const {
  return pidfd ? isReadable(pidfd.get()) : !lives(identity);
}

void FrontTies::watch(std::vector<pollfd>& watched) const {
  if (relay_) watched.push_back({relay_->fd(), POLLIN, 0});
  for (const Caller& caller : callers_) watched.push_back({caller.pidfd.get(), POLLIN, 0});
  for (const OwnerWatch& owner : owners_) watched.push_back({owner.fd(), POLLIN, 0});
  if (client_) watched.push_back({client_->pidfd.get(), POLLIN, 0});
  if (input_) watched.push_back({input_->fd(), input_->events(), 0});
}

FrontTies::Loss FrontTies::look() {
  const auto hasDied = [](const OwnerWatch& owner) { return isReadable(owner.fd()); };
  if (std::any_of(owners_.begin(), owners_.end(), hasDied)) {
    owners_.clear();
    return Loss::owner;
  }
  if (input_ && input_->isOver()) {
    input_.reset();
    if (terms_.ownedByStdin) return Loss::input;
  }
  const bool clientLost = lookAtClient();
  const auto isGone = [](const Caller& caller) { return caller.isGone(); };
  if (!clientLost && std::none_of(callers_.begin(), callers_.end(), isGone)) return Loss::none;
  callers_.clear();
  return Loss::caller;
}

std::int64_t FrontTies::nextAt() const {
  std::int64_t at = relay_ ? relay_->nextAt() : INT64_MAX;
  if (input_) at = std::min(at, input_->nextAt());
  const auto hasNoHandle = [](const Caller& caller) { return !caller.pidfd; };
  const bool looks =
      (client_ && !client_->pidfd) || std::any_of(callers_.begin(), callers_.end(), hasNoHandle);
  return looks ? std::min(at, nowMs() + kCallerLookMs) : at;
}

// The end of the client alone proves nothing: a program that starts others may end before them.
bool FrontTies::lookAtClient() {
  if (client_ && client_->isGone()) {
    client_.reset();
    clientGone_ = true;
  }
  const bool lost = clientGone_ && !input_;
  if (lost) clientGone_ = false;  // told once
  return lost;
}

void FrontTies::leave() {
  callers_.clear();
  client_.reset();
  clientGone_ = false;
  left_ = true;
  relay_.reset();
}

}  // namespace holdfast
