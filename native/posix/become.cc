#include "posix/become.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/os-error.h"

namespace holdfast {

namespace {

std::vector<char*> pointersTo(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

void become(const Program& program) {
  const std::vector<char*> args = pointersTo(program.args);
  const std::vector<char*> env = pointersTo(program.env);
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  struct sigaction before {};
  (void)sigaction(SIGPIPE, &standard, &before);
  sigset_t none;
  sigset_t blocked;
  sigemptyset(&none);
  (void)pthread_sigmask(SIG_SETMASK, &none, &blocked);
  // Node makes what it inherited close-on-exec, stdio too (docs/gotchas.md#inherited-descriptors).
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) (void)fcntl(fd, F_SETFD, 0);
  (void)execve(program.file.c_str(), args.data(), env.data());
  const OsError failed = OsError::last("execve", program.file);
  (void)sigaction(SIGPIPE, &before, nullptr);
  (void)pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
  throw failed;
}

SocketEnds makeSocketEnds() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw OsError::last("socketpair");
  return {ends[0], ends[1]};
}

}  // namespace holdfast
