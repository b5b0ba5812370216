#include "posix/owner/guard-reaper.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <memory>

#include "core/os-error.h"
#include "posix/owner/all-signals-blocked.h"
#include "posix/owner/start-guard.h"
#include "posix/port/process.h"
#include "posix/recovery/recover-tree.h"
#include "posix/tree/owner-link.h"

namespace holdfast {

namespace {

constexpr int kNoHandleLookMs = 20;  // where a child has no handle to wait for
constexpr std::size_t kStackBytes = 128 * 1024;

}  // namespace

GuardReaper& GuardReaper::instance() {
  static GuardReaper& reaper = *std::make_unique<GuardReaper>().release();
  return reaper;
}

GuardReaper::GuardReaper() {
  const AllSignalsBlocked blocked;  // the thread takes none that is meant for the program
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, threadMain, this);
  pthread_attr_destroy(&attributes);
  if (error != 0) throw OsError("pthread_create", error);
}

std::uint64_t GuardReaper::watch(int pid, GuardStory story) {
  const std::lock_guard<std::mutex> lock(mutex_);
  watched_.push_back({nextNumber_, pid, UniqueFd(), std::move(story), false});
  awaitDeath(watched_.back());
  return nextNumber_++;
}

// Without a handle, or a place in the queue for it, the thread has to look again and again.
void GuardReaper::awaitDeath(Watched& guard) {
  try {
    guard.handle = openProcess(guard.pid);
    if (guard.handle) return deaths_.add(guard.handle);
  } catch (const OsError&) {
    guard.handle.reset();
  }
  deaths_.wake();
}

void GuardReaper::setFacts(std::uint64_t number, std::vector<std::string> facts) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (Watched& guard : watched_)
    if (guard.number == number) guard.story.facts = std::move(facts);
}

void GuardReaper::search(Search search) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (searching_ != Searching::notYet) return;
  searching_ = Searching::wanted;
  search_ = std::move(search);
  deaths_.wake();
}

// Without a handle: only the reaper takes a dead guard away, under the lock, so the pid is its own.
void GuardReaper::signalGuard(std::uint64_t number, int signo) {
  const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (!lock) return;
  for (const Watched& guard : watched_)
    if (guard.number == number && guard.pid > 0 && !guard.recovering)
      (void)signalChild(guard.handle, guard.pid, signo);  // a dead one is being taken away
}

bool GuardReaper::hasSearched() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return searching_ != Searching::notYet;
}

void* GuardReaper::threadMain(void* self) {
  static_cast<GuardReaper*>(self)->run();
  return nullptr;
}

void GuardReaper::run() {
  while (true) {
    deaths_.wait(lookAgainMs());
    reapTheDead();
    searchIfWanted();
  }
}

int GuardReaper::lookAgainMs() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Watched& guard : watched_)
    if (!guard.handle) return kNoHandleLookMs;
  return -1;
}

// Only this thread takes a guard from the list, so none is waited for twice.
void GuardReaper::reapTheDead() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto guard = watched_.begin(); guard != watched_.end();) {
    int status = 0;
    const pid_t waited = waitpid(guard->pid, &status, WNOHANG);
    // Somebody else has waited for it, or it was ignored (SIGCHLD): how it ended nobody knows.
    const bool lost = waited < 0 && errno == ECHILD;
    if (waited != guard->pid && !lost) {
      ++guard;
      continue;
    }
    deaths_.remove(guard->handle);
    const bool ended = !lost && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!ended && !guard->recovering) {
      takeOver(*guard);
    } else {
      guard->pid = 0;
    }
    guard = guard->pid == 0 ? watched_.erase(guard) : std::next(guard);
  }
}

void GuardReaper::takeOver(Watched& dead) {
  std::vector<std::string> arguments{"recover"};
  for (const std::string& fact : dead.story.facts) arguments.push_back(fact);
  dead.recovering = true;
  try {
    dead.pid = spawnGuardProgram(dead.story.guardPath, arguments, dead.story.home,
                                 dead.story.guardEnd.get());
    awaitDeath(dead);
  } catch (const OsError&) {
    recoverHere(dead.story);
    dead.pid = 0;
  }
  dead.story.guardEnd.reset();
}

// A look takes next to nothing; a process of its own ends what it finds.
void GuardReaper::searchIfWanted() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (searching_ != Searching::wanted) return;
    searching_ = Searching::done;
  }
  const Seeker& seeker = search_.seeker;
  if (!hasAbandoned(seeker)) return;
  try {
    const int pid = spawnGuardProgram(search_.guardPath, {"cleanup", seeker.mark}, seeker.home, -1);
    const std::lock_guard<std::mutex> lock(mutex_);
    watched_.push_back({nextNumber_++, pid, UniqueFd(), GuardStory(), true});
    awaitDeath(watched_.back());
  } catch (const OsError&) {
    return;  // the next process of this user finds them, too
  }
}

// The program cannot be started: what it would do is done on this thread, and the other guards
// wait for it.
void GuardReaper::recoverHere(GuardStory& story) {
  TreeFacts facts;
  for (const std::string& line : story.facts) (void)facts.take(line);
  OwnerLink link(std::move(story.guardEnd));
  try {
    for (const std::string& line : recoverTree(facts)) link.send(line);
  } catch (const OsError&) {
    link.close();  // the owner sees the end of the socket and reports what is left as unknown
  }
}

}  // namespace holdfast
