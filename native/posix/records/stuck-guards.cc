#include "posix/records/stuck-guards.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "core/os-error.h"
#include "posix/clock.h"
#include "posix/port/process.h"
#include "posix/port/sockets.h"
#include "posix/records/socket-address.h"

namespace holdfast {

namespace {

constexpr std::int64_t kAnswerMs = 1000;
constexpr char kQuestion[] = "usage\n";

UniqueFd connectTo(const RegistryEntry& entry) {
  const std::size_t name = entry.path.rfind('/') + 1;
  try {
    const SocketAddress address(entry.path.substr(0, name) + entry.facts->socket);
    UniqueFd connection = openSocket();
    const bool asked = connection &&
                       connect(connection.get(), address.get(), address.size()) == 0 &&
                       send(connection.get(), kQuestion, sizeof kQuestion - 1, MSG_NOSIGNAL) > 0;
    return asked ? std::move(connection) : UniqueFd();
  } catch (const OsError&) {
    return UniqueFd();
  }
}

// Neither an answer nor the end of the connection has come.
bool isSilent(const UniqueFd& socket) {
  char byte = 0;
  return recv(socket.get(), &byte, 1, MSG_PEEK) < 0 && errno == EAGAIN;
}

// Whom to wait for until they answer or hang up.
void awaitAnswers(std::vector<pollfd> waiting) {
  const std::int64_t deadline = nowMs() + kAnswerMs;
  while (!waiting.empty()) {
    const std::int64_t left = deadline - nowMs();
    if (left <= 0) return;
    (void)poll(waiting.data(), waiting.size(), static_cast<int>(left));
    waiting.erase(std::remove_if(waiting.begin(), waiting.end(),
                                 [](const pollfd& one) { return one.revents != 0; }),
                  waiting.end());
  }
}

bool isStopped(const Identity& process) {
  const auto now = memberNow(process);
  return now && (now->state == 'T' || now->state == 't');
}

}  // namespace

std::vector<bool> areStuck(const std::vector<const RegistryEntry*>& entries) {
  std::vector<UniqueFd> sockets;
  std::vector<pollfd> waiting;
  for (const RegistryEntry* entry : entries) {
    sockets.push_back(entry->facts->socket.empty() ? UniqueFd() : connectTo(*entry));
    if (sockets.back()) waiting.push_back({sockets.back().get(), POLLIN, 0});
  }
  awaitAnswers(std::move(waiting));
  std::vector<bool> stuck;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Identity& guard = entries[i]->facts->guard;
    // One without a socket could not be asked: it is stuck if it is known to stand still.
    const bool silent = sockets[i] ? isSilent(sockets[i]) : isStopped(guard);
    stuck.push_back(silent && holdsLock(guard.pid, entries[i]->path));
  }
  return stuck;
}

}  // namespace holdfast
