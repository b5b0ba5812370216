#include "posix/port/signal-state.h"

#include <sys/syscall.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "linux/kernel/own-proc.h"
#include "linux/kernel/proc.h"
#include "posix/files.h"

namespace holdfast {

namespace {

std::string statusOf(int pid) {
  return procIsOurs() ? readWholeFile("/proc/" + std::to_string(pid) + "/status") : std::string();
}

// `SigCgt:\t0000000000004002`: bit N-1 is signal N (proc_pid_status(5)).
std::uint64_t signalsIn(std::string_view status, std::string_view set) {
  const std::size_t at = status.find(set);
  if (at == std::string_view::npos) return 0;
  const std::string_view digits = status.substr(at + set.size(), 16);
  std::uint64_t signals = 0;
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), signals, 16);  // else: none
  return signals;
}

bool isIn(std::uint64_t signals, int signo) {
  return signo >= 1 && signo <= 64 && (signals >> (signo - 1) & 1) != 0;
}

// A process in sigtimedwait(2) shows what it waits for as not blocked (kernel/signal.c,
// do_sigtimedwait), and the call itself to whoever may trace it (proc_pid_syscall(5)).
bool awaitsSignals(int pid) {
  const std::string call = readWholeFile("/proc/" + std::to_string(pid) + "/syscall");
  return call.substr(0, call.find(' ')) == std::to_string(SYS_rt_sigtimedwait);
}

bool isAtWork(const ProcessStat& process) { return process.state == 'R' || process.state == 'D'; }

}  // namespace

bool handlesSignal(int pid, int signo) {
  const std::string status = statusOf(pid);
  if (status.empty()) return false;
  const std::uint64_t handled = signalsIn(status, "\nSigCgt:\t") | signalsIn(status, "\nSigBlk:\t");
  return isIn(handled, signo) || awaitsSignals(pid);
}

sigset_t pendingSignalsOf(int pid) {
  const std::uint64_t pending = signalsIn(statusOf(pid), "\nShdPnd:\t");
  sigset_t signals;
  sigemptyset(&signals);
  for (int signo = 1; signo <= 64; ++signo)
    if (isIn(pending, signo)) (void)sigaddset(&signals, signo);
  return signals;
}

bool isAtRest(int pid, std::int64_t agoMs) {
  constexpr std::int64_t kTickMs = 10;  // start times are no finer
  if (pid <= 0) return true;            // the kernel, or somebody outside of this namespace
  const auto sender = procIsOurs() ? readStat(pid) : std::nullopt;
  if (!sender || sender->dead() || isAtWork(*sender)) return false;
  for (int child : childrenOf(*sender)) {
    const auto stat = readStat(child);
    if (!stat || !isAtWork(*stat)) continue;
    if (static_cast<std::int64_t>(memberOf(*stat).ageMs) <= agoMs + 2 * kTickMs) return false;
  }
  return true;
}

}  // namespace holdfast
