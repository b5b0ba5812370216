// What an owner may ask of a guard, on a tree that is made up: every request leads to an answer or
// to none, never out of step, and every answer is one line of plain text.

#include <pthread.h>
#include <signal.h>

#include "core/facts.h"
#include "core/text/lines.h"
#include "guard/supervisor/supervisor.h"
#include "sockets.h"

namespace {

using namespace holdfast;

// What the guard says, taken off the other end while it speaks.
class Listener {
 public:
  explicit Listener(UniqueFd socket) : socket_(std::move(socket)) {}

  void listen() {
    char bytes[4096];
    for (ssize_t n; (n = recv(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0;)
      said_.append({bytes, static_cast<std::size_t>(n)});
    for (std::string line; said_.next(line);) check(line);
  }
  int fd() const { return socket_.get(); }
  bool heardEnd() const { return heardEnd_; }

 private:
  void check(const std::string& line) {
    const std::string word = line.substr(0, line.find(' '));
    fuzz::expect(fuzz::isPlainAscii(line), "an answer is plain text");
    fuzz::expect(!heardEnd_ || word != "empty", "a tree ends once");
    heardEnd_ = heardEnd_ || word == "empty";
  }

  UniqueFd socket_;
  LineBuffer said_;
  bool heardEnd_ = false;
};

// Three members with hostile names, one of which must be killed twice.
class MadeUpTree : public Containment {
 public:
  explicit MadeUpTree(Listener& listener) : listener_(listener) {}

  Mechanism mechanism() const override { return Mechanism::subreaper; }
  std::vector<EscapeRoute> escapable() const override { return {EscapeRoute::broker}; }
  StartedRoot start(ExecRoot&) override { return {}; }
  std::optional<ExitStatus> rootStatus() const override {
    return looks_ > 2 ? std::optional(ExitStatus{ExitStatus::Kind::exited, 3}) : std::nullopt;
  }
  std::optional<int> takeStopChange() override {
    return ++changes_ % 3 == 0 ? std::nullopt : std::optional(changes_ % 2 * SIGSTOP);
  }
  void collectRoot() override {}
  std::vector<Member> members() override {
    std::vector<Member> members;
    for (int pid = 0; pid < alive_; ++pid)
      members.push_back({{100 + pid, 5}, 1, 'S', "a b\n\x1b["});
    return members;
  }
  Usage usage() override { return {UINT64_MAX, UINT64_MAX, UINT64_MAX}; }
  int signalMember(const Identity& member, int signo) override {
    return signo < 0 || signo > 64 ? EINVAL : member.pid == 101 ? EPERM : 0;
  }
  std::size_t killAll() override { return alive_ > 0 ? --alive_, 1 : 0; }
  void reap() override {
    ++looks_;
    listener_.listen();
  }
  bool empty() override { return alive_ == 0; }
  std::optional<int> lookEveryMs() const override { return 1; }
  // Its members live on, but not for long.
  void release() override { alive_ = 0; }

 private:
  Listener& listener_;
  int looks_ = 0;
  int changes_ = 0;
  int alive_ = 3;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool blocked = [] {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    return pthread_sigmask(SIG_BLOCK, &children, nullptr) == 0;
  }();
  fuzz::expect(blocked, "SIGCHLD is blocked");
  const fuzz::DescriptorsKept kept;
  fuzz::Pair pair = fuzz::makePair();
  Listener listener(std::move(pair.theirs));
  fuzz::converse(listener.fd(), fuzz::textOf(data, size));
  Terms terms;
  terms.treeId = terms.mark = "0123456789abcdef0123";
  LaunchedTree tree{{terms, OwnerWatch({1, 1}, true, UniqueFd()),
                     std::make_unique<MadeUpTree>(listener), std::nullopt},
                    {100, 5}};
  Supervisor supervisor(OwnerLink(std::move(pair.ours)), std::move(tree));
  supervisor.step();
  supervisor.run();
  return 0;
}
