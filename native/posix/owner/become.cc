#include "posix/owner/become.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <iterator>

#include "core/os-error.h"
#include "posix/pointers.h"
#include "posix/port/descriptors.h"

namespace holdfast {

namespace {

constexpr int kIgnored[] = {SIGPIPE, SIGXFSZ};

}  // namespace

std::vector<std::string> ownEnvironment() {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

void become(const Program& program) {
  const std::vector<char*> args = vectorOf(program.args);
  const std::vector<char*> env = vectorOf(program.env);
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  struct sigaction before[std::size(kIgnored)] = {};
  for (std::size_t i = 0; i < std::size(kIgnored); ++i)
    (void)sigaction(kIgnored[i], &standard, &before[i]);
  sigset_t none;
  sigset_t blocked;
  sigemptyset(&none);
  (void)pthread_sigmask(SIG_SETMASK, &none, &blocked);
  limitDescriptorsLike(getppid());
  // Node makes what it inherited close-on-exec, stdio too (docs/gotchas.md#inherited-descriptors).
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) (void)fcntl(fd, F_SETFD, 0);
  (void)execve(program.file.c_str(), args.data(), env.data());
  const OsError failed = OsError::last("execve", program.file);
  for (std::size_t i = 0; i < std::size(kIgnored); ++i)
    (void)sigaction(kIgnored[i], &before[i], nullptr);
  (void)pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
  throw failed;
}

}  // namespace holdfast
