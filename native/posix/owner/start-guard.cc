#include "posix/owner/start-guard.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "core/facts.h"
#include "core/os-error.h"
#include "posix/owner/guard-reaper.h"
#include "posix/pointers.h"
#include "posix/port/launch-in-place.h"
#include "posix/port/leftovers.h"
#include "posix/records/record-directory.h"
#include "posix/socket-pair.h"

namespace holdfast {

namespace {

constexpr int kGuardSocket = 3;

class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

bool isForRecovery(const std::string& fact) { return TreeFacts().take(fact); }

std::vector<std::string> storyOf(const GuardStart& start, const Answer& answer) {
  std::vector<std::string> facts = start.recovery;
  std::copy_if(answer.facts.begin(), answer.facts.end(), std::back_inserter(facts), isForRecovery);
  return facts;
}

std::string markOf(const GuardStart& start) {
  TreeFacts facts;
  for (const std::string& line : start.recovery) (void)facts.take(line);
  return facts.mark;
}

// Looked at before anything is opened: a number that is free could become one of ours.
void requireOpen(const std::vector<int>& descriptors) {
  for (int fd : descriptors)
    if (fcntl(fd, F_GETFD) < 0) throw OsError::last("fcntl");
}

void searchOnce(const GuardStart& start) {
  GuardReaper& reaper = GuardReaper::instance();
  if (!reaper.hasSearched()) reaper.search({start.guardPath, {start.home, markOf(start)}});
}

}  // namespace

// posix_spawn(3) of glibc and of macOS does not copy the caller's memory. Every descriptor of a
// Node process is close-on-exec but for a few inherited ones, which the guard closes itself.
int spawnGuardProgram(const std::string& path, const std::vector<std::string>& arguments,
                      const std::string& home, int socket) {
  std::vector<std::string> words{"holdfast-guard"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment;
  if (!home.empty()) environment.push_back(homeVariable(home));
  FileActions actions;
  // A descriptor that is 3 already loses its close-on-exec flag in the same way (POSIX.1-2024).
  if (socket >= 0 && posix_spawn_file_actions_adddup2(actions.get(), socket, kGuardSocket) != 0)
    throw OsError("posix_spawn_file_actions_adddup2", ENOMEM);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, path.c_str(), actions.get(), nullptr, vectorOf(words).data(),
                                vectorOf(environment).data());
  if (error != 0) throw OsError("posix_spawn", error, path);
  return pid;
}

StartedGuard startGuard(const GuardStart& start) {
  requireOpen(start.descriptors);
  SocketPair ends = makeStreamPair();
  GuardChannel channel{std::move(ends.first)};
  UniqueFd guardEnd = std::move(ends.second);
  GuardReaper& reaper = GuardReaper::instance();
  if (auto launched = launchInPlace(start, guardEnd.get())) {
    StartedGuard started{std::move(channel), std::move(launched->answer)};
    if (launched->guard != 0) {
      started.number = reaper.watch(
          launched->guard,
          {start.guardPath, start.home, std::move(guardEnd), storyOf(start, started.answer)});
    }
    if (launched->late) throw OsError("wait for the guard", ETIMEDOUT);
    if (launched->guard != 0) searchOnce(start);
    return started;
  }
  channel.begin({start.request, start.descriptors});
  const int guard = spawnGuardProgram(start.guardPath, {"launch"}, start.home, guardEnd.get());
  const auto number =
      reaper.watch(guard, {start.guardPath, start.home, std::move(guardEnd), start.recovery});
  try {
    Answer answer =
        channel.awaitAnswer(start.deadlineMs, [&] { reaper.signalGuard(number, SIGCONT); });
    reaper.setFacts(number, storyOf(start, answer));
    if (readAs<fact::Started>(answer.facts.back())) searchOnce(start);
    return {std::move(channel), std::move(answer), number};
  } catch (const OsError&) {
    reaper.signalGuard(number, SIGKILL);
    throw;
  }
}

void continueGuard(const StartedGuard& guard) {
  if (guard.number != 0) GuardReaper::instance().signalGuard(guard.number, SIGCONT);
}

void endGuard(const StartedGuard& guard) {
  if (guard.number != 0) GuardReaper::instance().signalGuard(guard.number, SIGKILL);
}

}  // namespace holdfast
