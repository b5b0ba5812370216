#include "posix/port/witness.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "linux/kernel/clone.h"
#include "linux/kernel/raw.h"
#include "posix/clock.h"

namespace holdfast {

namespace {

constexpr int kPatienceMs = 1000;
constexpr int kWakingMs = 100;

// What this process and the child say to each other: one word that both wait on. The kernel clears
// it when the child ends (CLONE_CHILD_CLEARTID, clone(2)).
class Slate {
 public:
  enum Word : std::uint32_t { dead = 0, idle = 1, asked = 0x100, answered = 0x200 };

  std::uint32_t read() const { return word_.load(std::memory_order_acquire); }
  void write(std::uint32_t word) {
    word_.store(word, std::memory_order_release);
    rawWakeOne(&word_);
  }
  // Until it is another word, or for so long (0: for ever).
  void awaitOther(std::uint32_t word, int timeoutMs) const { rawSleepOn(&word_, word, timeoutMs); }
  std::uint64_t address() const { return reinterpret_cast<std::uintptr_t>(&word_); }

 private:
  std::atomic<std::uint32_t> word_{idle};
};

struct Shared {
  Slate slate;
  int front = 0;
  int sender = -1;  // written before the answer
};

// The child. It shares the memory of the front, which goes on beside it: nothing but the kernel is
// used. A group is walked from its youngest process on (kernel: attach_pid() adds at the head), so
// what the front has taken is pending here.
void watch(void* context) {
  Shared& shared = *static_cast<Shared*>(context);
  rawSet(PR_SET_PDEATHSIG, SIGKILL);
  rawSet(PR_SET_NAME, rawAddress("holdfast-group"));
  while (rawParent() == shared.front) {
    const std::uint32_t word = shared.slate.read();
    if ((word & Slate::asked) == 0) {
      shared.slate.awaitOther(word, 0);
      continue;
    }
    shared.sender = rawTakePending(static_cast<int>(word & 0xff));
    shared.slate.write(Slate::answered);
  }
  rawExit(0);
}

int watchByClone(void* context) {
  watch(context);
  return 0;
}

class Child : public Witness {
 public:
  Child() { start(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() override { end(); }

  // Our child, which nobody else waits for.
  void dismiss() override {
    if (pid_ > 0) (void)kill(pid_, SIGKILL);
  }

  // A child that was killed cannot answer; the next one can. A child that was stopped with the
  // group answers when it is continued, except about SIGCONT, which continues it.
  bool saw(int signo, int sender) override {
    if (pid_ <= 0) return false;
    const std::uint32_t question = Slate::asked | static_cast<std::uint32_t>(signo);
    bool isSure = ask(question, kPatienceMs);
    if (!isSure && shared_.slate.read() == question) {
      (void)kill(pid_, SIGCONT);
      isSure = await(question, kWakingMs) && signo != SIGCONT;
    }
    const int saw = shared_.sender;
    if (!isSure) renew();
    return isSure && saw >= 0 && (saw == sender || saw == 0 || sender == 0);
  }

 private:
  bool ask(std::uint32_t question, int timeoutMs) {
    if (shared_.slate.read() == Slate::dead) return false;
    shared_.slate.write(question);
    return await(question, timeoutMs);
  }

  bool await(std::uint32_t question, int timeoutMs) const {
    const std::int64_t deadline = nowMs() + timeoutMs;
    while (shared_.slate.read() == question && nowMs() < deadline)
      shared_.slate.awaitOther(question, timeoutMs);
    return shared_.slate.read() == Slate::answered;
  }

  void renew() {
    end();
    start();
  }

  // Its end sends no SIGCHLD. It shares the descriptor table, so it holds none open.
  void start() {
    shared_.front = getpid();
    shared_.slate.write(Slate::idle);
    pid_ = startSharing({stack_, shared_.slate.address(), CLONE_FILES, 0, watch, &shared_});
    if (pid_ > 0) return;
    // Without clone3(2): its death then shows by its silence.
    char* top = reinterpret_cast<char*>(stack_.base()) + ChildStack::kSize;
    pid_ = clone(watchByClone, top, CLONE_VM | CLONE_FILES, &shared_);
  }

  void end() {
    if (pid_ <= 0) return;
    dismiss();
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
