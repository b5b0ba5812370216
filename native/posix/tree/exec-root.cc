#include "posix/tree/exec-root.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <tuple>

#include "core/os-error.h"
#include "posix/pointers.h"
#include "posix/port/credentials.h"
#include "posix/port/sockets.h"

namespace holdfast {

namespace {

constexpr const char* kStepNames[] = {"dup2",   "setsid", "chdir",  "setgid",
                                      "setuid", "execvp", "cgroup", "prctl"};

struct Report {
  std::int32_t step;
  std::int32_t number;
};

void clearNonBlocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) != 0) (void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

std::string_view pathIn(const std::vector<std::string>& environment) {
  for (std::string_view pair : environment)
    if (pair.substr(0, 5) == "PATH=") return pair.substr(5);
  return "/bin:/usr/bin";  // confstr(3), _CS_PATH
}

// Where execvp(3) would look, in its order: an empty directory is the current one.
std::vector<std::string> programsFor(const Launch& launch) {
  if (launch.file.find('/') != std::string::npos) return {launch.file};
  std::vector<std::string> programs;
  std::string_view path = pathIn(launch.env);
  while (true) {
    const std::size_t end = std::min(path.find(':'), path.size());
    const std::string directory(path.substr(0, end));
    programs.push_back(directory.empty() ? launch.file : directory + '/' + launch.file);
    if (end == path.size()) return programs;
    path.remove_prefix(end + 1);
  }
}

// execvp(3) goes on after these: the program may be in a later directory.
bool mayBeElsewhere(int error) {
  return error == ENOENT || error == EACCES || error == ENOTDIR || error == ESTALE ||
         error == ENODEV || error == ETIMEDOUT;
}

}  // namespace

SignalState SignalState::current() {
  SignalState state;
  sigprocmask(SIG_SETMASK, nullptr, &state.blocked);
  state.ignoresChildren = isIgnored(SIGCHLD);
  return state;
}

bool isIgnored(int signo) {
  struct sigaction action {};
  return sigaction(signo, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

ExecRoot::ExecRoot(const Launch& launch, const std::vector<int>& passed, SignalState kept)
    : launch_(launch),
      kept_(kept),
      programs_(programsFor(launch)),
      mark_("HOLDFAST_TREE=" + launch.terms.mark) {
  std::size_t next = 0;
  for (StdioEntry entry : launch.stdio) {
    const bool taken = entry == StdioEntry::passed && next < passed.size();
    sources_.push_back(taken ? passed[next++] : -1);
  }
  argv_ = pointersTo(launch.args);
  argv_.push_back(nullptr);
  shellArgv_ = {const_cast<char*>("/bin/sh"), nullptr};
  shellArgv_.insert(shellArgv_.end(), std::next(argv_.begin()), argv_.end());
  envp_ = pointersTo(launch.env);
  envp_.push_back(mark_.data());
  envp_.push_back(nullptr);
}

void ExecRoot::openReport() { std::tie(reportRead_, reportWrite_) = openPipe(); }

void ExecRoot::closeReport() {
  reportRead_.reset();
  reportWrite_.reset();
}

// From here to exec: only async-signal-safe calls, return codes, no allocation.
void ExecRoot::becomeRoot() {
  if (!placeDescriptors()) fail(dup2Step);
  if (launch_.detached && setsid() < 0) fail(sessionStep);
  if (launch_.cwd && chdir(launch_.cwd->c_str()) != 0) fail(chdirStep);
  // Extra groups would survive the loss of the uid; only root can drop them, so as in libuv the
  // result does not matter.
  if (launch_.uid || launch_.gid) (void)dropOwnGroups();
  if (launch_.gid && setOwnGid(*launch_.gid) != 0) fail(setgidStep);
  if (launch_.uid && setOwnUid(*launch_.uid) != 0) fail(setuidStep);
  restoreSignals();
  errno = execute();
  fail(execStep);
}

// What execvp(3) does with the PATH of the child's environment, as libuv asks it to. The errno.
int ExecRoot::execute() {
  int error = ENOENT;
  if (launch_.file.empty()) return error;
  bool denied = false;
  for (const std::string& program : programs_) {
    (void)execve(program.c_str(), argv_.data(), envp_.data());
    error = errno == ENOEXEC ? executeAsScript(program) : errno;
    denied = denied || error == EACCES;
    if (!mayBeElsewhere(error)) return error;
  }
  return denied ? EACCES : error;
}

int ExecRoot::executeAsScript(const std::string& program) {
  shellArgv_[1] = const_cast<char*>(program.c_str());
  (void)execve(shellArgv_[0], shellArgv_.data(), envp_.data());
  return errno;
}

void ExecRoot::fail(int step) {
  failure_ = {kStepNames[step], errno};
  const Report report{step, failure_.number};
  if (reportWrite_)
    (void)!write(reportWrite_.get(), &report, sizeof report);  // nobody else could be told
  _exit(127);
}

ExecFailure ExecRoot::waitForExec() {
  if (!reportRead_) return failure_;
  reportWrite_.reset();
  Report report{};
  ssize_t length;
  do length = read(reportRead_.get(), &report, sizeof report);
  while (length < 0 && errno == EINTR);
  if (length != sizeof report) return {};
  return {kStepNames[report.step], report.number};
}

bool ExecRoot::placeDescriptors() {
  const int count = static_cast<int>(sources_.size());
  // First out of the way of every index that is going to be filled.
  if (reportWrite_ && reportWrite_.get() < count) {
    const int moved = fcntl(reportWrite_.get(), F_DUPFD_CLOEXEC, count);
    if (moved < 0) return false;
    reportWrite_.reset(moved);
  }
  for (int& source : sources_) {
    if (source < 0 || source >= count) continue;
    source = fcntl(source, F_DUPFD_CLOEXEC, count);
    if (source < 0) return false;
  }
  for (int index = 0; index < count; ++index)
    if (!placeOne(index)) return false;
  return true;
}

bool ExecRoot::placeOne(int index) {
  const int source = sources_[static_cast<std::size_t>(index)];
  switch (launch_.stdio[static_cast<std::size_t>(index)]) {
    case StdioEntry::inherited: return true;
    case StdioEntry::closed: UniqueFd(index).reset(); return true;
    case StdioEntry::passed:
      if (dup2(source, index) < 0) return false;
      // libuv hands 0 to 2 over in blocking mode.
      if (index <= 2) clearNonBlocking(index);
      return true;
    case StdioEntry::null: break;
  }
  UniqueFd null(open("/dev/null", (index == 0 ? O_RDONLY : O_RDWR) | O_CLOEXEC));
  if (null.get() == index) return fcntl(null.release(), F_SETFD, 0) == 0;
  return dup2(null.get(), index) >= 0;
}

void ExecRoot::restoreSignals() {
  sigset_t mask = kept_.blocked;
  if (launch_.rootSignals == RootSignals::defaults) {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    for (int signo = 1; signo < NSIG; ++signo)
      (void)sigaction(signo, &action, nullptr);  // fails for SIGKILL, SIGSTOP and libc's own
    sigemptyset(&mask);
  } else if (kept_.ignoresChildren) {
    (void)signal(SIGCHLD, SIG_IGN);
  }
  (void)sigprocmask(SIG_SETMASK, &mask, nullptr);
}

}  // namespace holdfast
