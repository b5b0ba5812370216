// Signals as Node has them on Windows, where nothing but a termination can be sent.
#pragma once

namespace holdfast {

// The signals with which libuv's uv_kill() terminates: SIGINT, SIGQUIT, SIGKILL, SIGTERM.
constexpr bool isTermination(int signo) {
  return signo == 2 || signo == 3 || signo == 9 || signo == 15;
}

// What child.kill() makes of a signal: of every other one SIGKILL (Node, src/process_wrap.cc).
constexpr int terminationOf(int signo) { return isTermination(signo) ? signo : 9; }

}  // namespace holdfast
