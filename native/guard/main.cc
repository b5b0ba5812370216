// holdfast-guard: the small native process that supervises one tree.
// Each mode is a function of its own; what is common to all is the only catch of the program.

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>

#include "guard/exit-codes.h"
#include "guard/front.h"
#include "guard/probe.h"
#include "guard/recover.h"
#include "guard/run-options.h"
#include "guard/supervisor.h"
#include "posix/choose-containment.h"
#include "posix/handover.h"
#include "posix/init-life.h"

namespace holdfast {

namespace {

constexpr int kLaunchSocket = 3;

constexpr char kUsage[] =
    "usage: holdfast-guard run [options] -- command [argument...]\n"
    "       holdfast-guard probe                 what works on this machine, one JSON object a line\n"
    "       holdfast-guard --version | --help\n"
    "       holdfast-guard launch [--socket N]   (started by the holdfast library)\n"
    "       holdfast-guard resume PID            (started by the holdfast library)\n"
    "       holdfast-guard init ROOT SOCKET OWNER (started by holdfast-guard)\n"
    "       holdfast-guard recover FACT...       (started by the holdfast library)\n";

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
  const int socket = named ? std::atoi(argv[3]) : kLaunchSocket;
  if (socket < kLaunchSocket) throw std::invalid_argument("--socket expects a descriptor above 2");
  named ? setCloseOnExec(socket) : closeAllBut({socket});
  OwnerLink link{UniqueFd(socket)};
  auto tree = launchReceived(link, kept);
  if (tree) superviseTree(std::move(link), std::move(*tree));
  return 0;
}

// The rest of the life of a guard that launched its tree before it became this program.
int resume(int argc, char** argv) {
  takeOverSignals();
  const char* text = std::getenv(kHandoverVariable);
  if (text == nullptr || argc != 3)
    throw std::invalid_argument("resume expects a tree that was handed over");
  const Handover handover = decodeHandover(text);
  const int child = std::atoi(argv[2]);  // nobody else can have waited for it
  LaunchedTree tree = putTogether(handover, child);
  tree.recordRoot();
  superviseTree(OwnerLink(ownAgain(handover.link)), std::move(tree));
  return 0;
}

// The rest of the life of an init that prepared its namespace and started its root before.
[[noreturn]] int init(int argc, char** argv) {
  if (argc != 5 || getpid() != 1)
    throw std::invalid_argument("init expects to be the first process of a namespace");
  liveAsInit({std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4])});
}

// A standard descriptor that came closed is occupied, so that nothing of ours takes its place;
// close-on-exec, so that it is closed for the root as well.
void occupyStandardDescriptors() {
  UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  while (null && null.get() <= 2) {
    (void)null.release();
    null.reset(open("/dev/null", O_RDWR | O_CLOEXEC));
  }
}

int dispatch(int argc, char** argv) {
  const char* mode = argc > 1 ? argv[1] : "";
  if (std::strcmp(mode, "launch") == 0) return launch(argc, argv);
  if (std::strcmp(mode, "resume") == 0) return resume(argc, argv);
  if (std::strcmp(mode, "init") == 0) return init(argc, argv);
  if (std::strcmp(mode, "run") == 0) return runFront({argv + 2, argv + argc});
  if (std::strcmp(mode, "probe") == 0) return runProbe();
  if (std::strcmp(mode, "--version") == 0) return std::puts("holdfast-guard " HOLDFAST_VERSION) < 0;
  if (std::strcmp(mode, "--help") == 0) return std::fputs(kUsage, stdout) < 0;
  if (std::strcmp(mode, "recover") == 0) return runRecover({argv + 2, argv + argc});
  std::fputs(kUsage, stderr);
  return kMisuse;
}

}  // namespace

}  // namespace holdfast

int main(int argc, char** argv) {
  try {
    holdfast::occupyStandardDescriptors();
    return holdfast::dispatch(argc, argv);
  } catch (const holdfast::UsageError& mistake) {
    std::fprintf(stderr, "holdfast: %s\n", mistake.what());
    return holdfast::kMisuse;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "holdfast-guard: %s\n", problem.what());
    return holdfast::kContainmentFailed;
  }
}
