// The named pipe at which other commands of the same user reach the holder of a tree, served on the
// thread that supervises the tree. Nobody is waited for: a caller who is slow, silent or insatiable
// harms only himself.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <string>

#include "windows/tree/pipe-caller.h"

namespace holdfast {

class CommandPipe {
 public:
  using Serve = std::function<void(PipeCaller&, const std::string& request)>;

  // Whatever happens at it is told to `port` under `key`. Throws OsError, also when somebody else
  // has a pipe of that name.
  CommandPipe(const std::string& treeId, HANDLE port, std::uintptr_t key);

  // Lets callers in, and serves one request of each. Whether more have come already.
  bool advance(const Serve& serve);
  // To those who wait for the end.
  void tell(const std::string& fact);

 private:
  void addInstance(DWORD flags);
  void makeRoom();

  std::wstring name_;
  HANDLE port_;
  std::uintptr_t key_;
  std::list<PipeCaller> callers_;  // the last one waits for a client
};

}  // namespace holdfast
