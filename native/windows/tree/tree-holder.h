// Whoever holds the job of a tree, as its owner sees him: this process itself, or a guard.
#pragma once

#include <string>

namespace holdfast {

class TreeHolder {
 public:
  TreeHolder() = default;
  TreeHolder(const TreeHolder&) = delete;
  TreeHolder& operator=(const TreeHolder&) = delete;
  virtual ~TreeHolder() = default;

  // A request of docs/protocol.md. From any thread.
  virtual void ask(const std::string& request) = 0;
  // 0 or an error number as libuv's uv_process_kill() would return.
  virtual int signalRoot(int signo) = 0;
  // Nobody listens any more: where the spawner is the owner, that is his end.
  virtual void letGo() = 0;
};

}  // namespace holdfast
