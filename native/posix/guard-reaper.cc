#include "posix/guard-reaper.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "core/os-error.h"
#include "posix/process.h"
#include "posix/start-guard.h"

namespace holdfast {

namespace {

constexpr int kLookMs = 20;  // where a child has no handle to wait for
constexpr std::size_t kStackBytes = 128 * 1024;

// The thread takes no signal that is meant for the program.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before_);  // cannot fail with these arguments
  }
  ~AllSignalsBlocked() { (void)pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

GuardReaper& GuardReaper::instance() {
  static GuardReaper& reaper = *std::make_unique<GuardReaper>().release();
  return reaper;
}

GuardReaper::GuardReaper() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw OsError::last("pipe2");
  wakeRead_.reset(ends[0]);
  wakeWrite_.reset(ends[1]);
  const AllSignalsBlocked blocked;
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
  UniqueFd handle = openProcess(pid);
  std::uint64_t number;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    number = nextNumber_++;
    watched_.push_back({number, pid, std::move(handle), std::move(story), false});
  }
  wake();
  return number;
}

void GuardReaper::addFact(std::uint64_t number, const std::string& fact) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (Watched& guard : watched_)
    if (guard.number == number) guard.story.facts.push_back(fact);
}

void GuardReaper::wake() {
  (void)!write(wakeWrite_.get(), "w", 1);  // full: it is awake already
}

void* GuardReaper::threadMain(void* self) {
  static_cast<GuardReaper*>(self)->run();
  return nullptr;
}

void GuardReaper::run() {
  while (true) {
    waitForNews();
    reapTheDead();
  }
}

void GuardReaper::waitForNews() {
  std::vector<pollfd> waiting{{wakeRead_.get(), POLLIN, 0}};
  int timeout = -1;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const Watched& guard : watched_) {
      if (guard.handle) waiting.push_back({guard.handle.get(), POLLIN, 0});
      if (!guard.handle) timeout = kLookMs;
    }
  }
  (void)poll(waiting.data(), waiting.size(), timeout);  // EINTR: look at all
  char drained[256];
  if (waiting[0].revents != 0) (void)!read(wakeRead_.get(), drained, sizeof drained);
}

// Only this thread takes a guard from the list, so none is waited for twice.
void GuardReaper::reapTheDead() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto guard = watched_.begin(); guard != watched_.end();) {
    int status = 0;
    const pid_t waited = waitpid(guard->pid, &status, WNOHANG);
    const bool lost = waited < 0 && errno == ECHILD;  // somebody else has waited for it
    if (waited != guard->pid && !lost) {
      ++guard;
      continue;
    }
    const bool ended = lost || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
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
    dead.handle = openProcess(dead.pid);
  } catch (const OsError&) {
    dead.pid = 0;  // the owner sees the end of the socket and reports survivors as unknown
  }
  dead.story.guardEnd.reset();
}

}  // namespace holdfast
