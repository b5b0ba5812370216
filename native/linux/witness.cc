#include "posix/witness.h"

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "linux/clone.h"
#include "posix/clock.h"
#include "raw-calls.h"

namespace holdfast {

namespace {

constexpr int kPatienceMs = 1000;

// What this process and the child say to each other: one word that both wait on. The kernel clears
// it when the child ends (CLONE_CHILD_CLEARTID, clone(2)).
class Slate {
 public:
  enum Word : std::uint32_t { dead = 0, idle = 1, asked = 0x100, seen = 0x200, unseen = 0x400 };

  std::uint32_t read() const { return word_.load(std::memory_order_acquire); }
  void write(std::uint32_t word) {
    word_.store(word, std::memory_order_release);
    (void)rawCall(SYS_futex, address(), FUTEX_WAKE, 1);
  }
  // Until it is another word, or for so long (0: for ever).
  void awaitOther(std::uint32_t word, int timeoutMs) const {
    const timespec timeout{timeoutMs / 1000, timeoutMs % 1000 * 1000000L};
    (void)rawCall(SYS_futex, address(), FUTEX_WAIT, static_cast<long>(word),
                  timeoutMs == 0 ? 0 : reinterpret_cast<long>(&timeout));
  }
  void* wordToClear() { return &word_; }

 private:
  long address() const { return reinterpret_cast<long>(&word_); }

  std::atomic<std::uint32_t> word_{idle};
};

// The kernel's set of one signal, taken if it is pending (rt_sigtimedwait(2)).
bool take(int signo) {
  const std::uint64_t only = std::uint64_t{1} << (signo - 1);
  const timespec now{};
  return rawCall(SYS_rt_sigtimedwait, reinterpret_cast<long>(&only), 0,
                 reinterpret_cast<long>(&now), sizeof only) == signo;
}

struct Shared {
  Slate slate;
  int front = 0;
};

// The child. It shares the memory of the front, which goes on beside it: nothing but the kernel is
// used. A group is walked from its youngest process on (kernel: attach_pid() adds at the head), so
// what the front has taken is pending here.
int watch(void* context) {
  Shared& shared = *static_cast<Shared*>(context);
  (void)rawCall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  (void)rawCall(SYS_prctl, PR_SET_NAME, reinterpret_cast<long>("holdfast-group"));
  while (rawCall(SYS_getppid) == shared.front) {
    const std::uint32_t word = shared.slate.read();
    if ((word & Slate::asked) == 0) {
      shared.slate.awaitOther(word, 0);
      continue;
    }
    shared.slate.write(take(static_cast<int>(word & 0xff)) ? Slate::seen : Slate::unseen);
  }
  return 0;
}

class Child : public Witness {
 public:
  Child() { start(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() override { end(); }

  // A child that was killed, or stopped, has nothing to say; the next one has.
  bool saw(int signo) override {
    if (pid_ <= 0) return false;
    const std::uint32_t question = Slate::asked | static_cast<std::uint32_t>(signo);
    const std::int64_t deadline = nowMs() + kPatienceMs;
    if (shared_.slate.read() != Slate::dead) shared_.slate.write(question);
    while (shared_.slate.read() == question && nowMs() < deadline)
      shared_.slate.awaitOther(question, kPatienceMs);
    const std::uint32_t answer = shared_.slate.read();
    if (answer == Slate::seen || answer == Slate::unseen) return answer == Slate::seen;
    end();
    start();
    return false;
  }

 private:
  // Its end is no SIGCHLD. The descriptors are one table, so that it holds none open.
  void start() {
    shared_.front = getpid();
    shared_.slate.write(Slate::idle);
    char* top = reinterpret_cast<char*>(stack_.base()) + ChildStack::kSize;
    pid_ = clone(watch, top, CLONE_VM | CLONE_FILES | CLONE_CHILD_CLEARTID, &shared_, nullptr,
                 nullptr, shared_.slate.wordToClear());
  }

  void end() {
    if (pid_ <= 0) return;
    (void)kill(pid_, SIGKILL);  // our child, which nobody else waits for
    while (waitpid(pid_, nullptr, __WALL) < 0 && errno == EINTR) continue;
    pid_ = -1;
  }

  ChildStack stack_;
  Shared shared_;
  int pid_ = -1;
};

}  // namespace

std::unique_ptr<Witness> makeWitness() { return std::make_unique<Child>(); }

}  // namespace holdfast
