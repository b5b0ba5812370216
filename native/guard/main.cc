// holdfast-guard: the small native process that supervises one tree.
// Each mode is a function of its own; what is common to all is how they fail.

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "core/text/fields.h"
#include "guard/cleanup.h"
#include "guard/exit-codes.h"
#include "guard/front/front.h"
#include "guard/probe.h"
#include "guard/problems.h"
#include "guard/recover.h"
#include "guard/supervisor/supervisor.h"
#include "posix/files.h"
#include "posix/port/credentials.h"
#include "posix/port/descriptors.h"
#include "posix/port/namespace-init.h"
#include "posix/port/prctl.h"
#include "posix/records/record-directory.h"
#include "posix/standard-descriptors.h"
#include "posix/tree/handover.h"

namespace holdfast {

namespace {

constexpr int kLaunchSocket = 3;

constexpr char kUsage[] =
    "usage: holdfast-guard run [options] -- command [argument...]\n"
    "       holdfast-guard probe                 what works on this machine, one JSON object a line\n"
    "       holdfast-guard --version | --help\n"
    "       holdfast-guard launch [--socket N]   (started by the holdfast library)\n"
    "       holdfast-guard resume PID            (started by the holdfast library)\n"
    "       holdfast-guard init ROOT SOCKET OWNER CHILDREN (started by holdfast-guard)\n"
    "       holdfast-guard recover FACT...       (started by the holdfast library)\n"
    "       holdfast-guard cleanup MARK          (started by the holdfast library)\n";

// What was passed for the root is let go of when it runs.
std::optional<LaunchedTree> launchReceived(OwnerLink& link, const SignalState& kept) {
  ReceivedLaunch received = link.receiveLaunch();
  std::vector<int> passed;
  for (const UniqueFd& fd : received.descriptors) passed.push_back(fd.get());
  return launchTree({link, kept, homeFromEnvironment(), passed}, received.launch);
}

// `launch` takes its terms from a socket at descriptor 3. With `--socket N` the socket is at N
// and the descriptors below it belong to the root.
int launch(int argc, char** argv) {
  const SignalState kept = SignalState::current();
  takeOverSignals();
  const bool named = argc == 4 && std::strcmp(argv[2], "--socket") == 0;
  const int socket = named ? intIn("--socket", argv[3]) : kLaunchSocket;
  if (socket < kLaunchSocket) throw std::invalid_argument("--socket expects a descriptor above 2");
  named ? setCloseOnExec(socket) : closeAllBut({socket});
  OwnerLink link{UniqueFd(socket)};
  link.requireOwnPeer();
  auto tree = launchReceived(link, kept);
  if (tree) superviseTree(std::move(link), std::move(*tree));
  return 0;
}

// The rest of the life of a guard that launched its tree before it became this program.
int resume(int argc, char** argv) {
  denyTracing();  // before all else: its members are running already
  takeOverSignals();
  const char* text = std::getenv(kHandoverVariable);
  if (text == nullptr || argc != 3)
    throw std::invalid_argument("resume expects a tree that was handed over");
  const Handover handover = decodeHandover(text);
  OwnerLink link(ownAgain(handover.link));
  link.requireOwnPeer();
  const int child = intIn("resume", argv[2]);  // nobody else can have waited for it
  requireHandedOver(handover, child);
  superviseTree(std::move(link), putTogether(handover, child));
  return 0;
}

// The rest of the life of an init that prepared its namespace and started its root before.
[[noreturn]] int init(int argc, char** argv) {
  if (argc != 6 || getpid() != 1)
    throw std::invalid_argument("init expects to be the first process of a namespace");
  liveAsInit({intIn("init", argv[2]), intIn("init", argv[3]), intIn("init", argv[4]),
              intIn("init", argv[5])});
}

// Everything that this program is given (environment, descriptors, paths) is trusted as its
// caller's own.
void refuseElevation() {
  if (isElevated())
    throw std::runtime_error(
        "this program does not run with more rights than its caller has: it has a set-user-ID or "
        "set-group-ID bit, file capabilities, or some from a security module");
}

// The front fails under the name of the command that people call.
int runCommand(const std::vector<std::string>& arguments) {
  return tellingProblems("holdfast", [&] { return runFront(arguments); });
}

int show(const char* text) {
  (void)signal(SIGPIPE, SIG_IGN);  // printed() tells that the reader has gone
  return printed("holdfast-guard", text);
}

int dispatch(int argc, char** argv) {
  const char* mode = argc > 1 ? argv[1] : "";
  if (std::strcmp(mode, "launch") == 0) return launch(argc, argv);
  if (std::strcmp(mode, "resume") == 0) return resume(argc, argv);
  if (std::strcmp(mode, "init") == 0) return init(argc, argv);
  if (std::strcmp(mode, "run") == 0) return runCommand({argv + 2, argv + argc});
  if (std::strcmp(mode, "probe") == 0) return runProbe();
  if (std::strcmp(mode, "--version") == 0) return show("holdfast-guard " HOLDFAST_VERSION "\n");
  if (std::strcmp(mode, "--help") == 0) return show(kUsage);
  if (std::strcmp(mode, "cleanup") == 0) return runCleanup(argc == 3 ? argv[2] : "");
  if (std::strcmp(mode, "recover") == 0) return runRecover({argv + 2, argv + argc});
  std::fputs(kUsage, stderr);
  return kMisuse;
}

}  // namespace

}  // namespace holdfast

int main(int argc, char** argv) {
  return holdfast::tellingProblems("holdfast-guard", [&] {
    holdfast::occupyStandardDescriptors();
    holdfast::refuseElevation();
    return holdfast::dispatch(argc, argv);
  });
}
