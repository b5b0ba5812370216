#include "guard/supervisor/command-socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/os-error.h"
#include "posix/clock.h"
#include "posix/port/sockets.h"
#include "posix/records/socket-address.h"

namespace holdfast {

namespace {

// A caller that finds the queue full gets EAGAIN (connect(2)). A busy machine lets fewer wait.
constexpr int kBacklog = 128;
constexpr std::size_t kMostCallers = 8;
constexpr std::size_t kLongestRequest = 256;
constexpr std::int64_t kDeafMs = 1000;  // whoever is not let in keeps the socket readable

// Root may do all that the user may.
bool mayCommand(const Peer& peer) { return peer.uid == geteuid() || peer.uid == 0; }

}  // namespace

CommandSocket::CommandSocket(const std::string& path) : listener_(openSocket()) {
  if (!listener_) throw OsError::last("socket");
  const SocketAddress address(path);
  const mode_t before = umask(0177);
  const int bound = bind(listener_.get(), address.get(), address.size());
  (void)umask(before);
  if (bound != 0) throw OsError::last("bind", path);
  if (listen(listener_.get(), kBacklog) != 0) {
    const OsError error = OsError::last("listen", path);
    (void)unlink(path.c_str());
    throw error;
  }
}

void CommandSocket::watch(std::vector<pollfd>& watched) const {
  watched.push_back({nowMs() < deafUntil_ ? -1 : listener_.get(), POLLIN, 0});
  for (const Caller& caller : callers_) {
    const short events = caller.link.hasUnsent() ? POLLOUT : POLLIN;
    watched.push_back({caller.link.fd(), events, 0});
  }
}

bool CommandSocket::hasRequest() const {
  return std::any_of(callers_.begin(), callers_.end(), [](const Caller& caller) {
    return !caller.link.hasUnsent() && caller.link.hasLine();
  });
}

// Who does not read his answers is not asked for more, so that they do not pile up.
void CommandSocket::serveOne(const std::function<void(Caller&, const std::string&)>& serve) {
  admitOne();
  for (auto caller = callers_.begin(); caller != callers_.end(); ++caller) {
    caller->link.flush();
    if (caller->link.hasUnsent()) continue;
    if (!caller->link.hasLine()) caller->link.fill();
    std::string request;
    if (!caller->link.next(request)) continue;
    serve(*caller, request);
    caller->link.flush();
    callers_.splice(callers_.end(), callers_, caller);
    break;
  }
  callers_.remove_if([](const Caller& caller) { return !caller.link.open(); });
}

void CommandSocket::admitOne() {
  UniqueFd socket = acceptConnection(listener_.get());
  const bool isShort = !socket && (errno == EMFILE || errno == ENFILE);
  deafUntil_ = isShort ? nowMs() + kDeafMs : 0;
  const std::optional<Peer> peer = socket ? peerOf(socket.get()) : std::nullopt;
  if (!peer || !mayCommand(*peer)) return;
  makeRoom();
  callers_.push_back({LineSocket(std::move(socket), kLongestRequest), peer->pid});
}

// Drops the caller that was silent for longest. One that waits for the end is dropped only when all
// callers wait for it.
void CommandSocket::makeRoom() {
  if (callers_.size() < kMostCallers) return;
  const auto idle = std::find_if(callers_.begin(), callers_.end(),
                                 [](const Caller& caller) { return !caller.awaitsEnd; });
  callers_.erase(idle == callers_.end() ? callers_.begin() : idle);
}

void CommandSocket::tell(const std::string& fact) {
  for (Caller& caller : callers_)
    if (caller.awaitsEnd) caller.link.send(fact);
}

}  // namespace holdfast
