// One thread for all trees of this process: it hears of their ends, keeps their timeouts and ends
// what is left, also while the event loop is blocked.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "windows/tree/job-tree.h"

namespace holdfast {

class Supervisor {
 public:
  // Starts the thread when it is first used. Throws OsError.
  static Supervisor& instance();
  // For instance() only.
  Supervisor();

  // A key for a tree that is about to be made; its job reports to the port under it.
  std::uintptr_t reserveKey();
  HANDLE port() const { return port_.get(); }

  void add(std::uintptr_t key, std::shared_ptr<JobTree> tree);
  // Something was asked of the tree.
  void wake(std::uintptr_t key);

 private:
  struct Watched;

  static DWORD WINAPI main(void* self);
  [[noreturn]] void run();
  DWORD waitMs();
  void advance(std::uintptr_t key);
  void advanceThoseDue();
  std::shared_ptr<Watched> find(std::uintptr_t key);

  UniqueHandle port_;
  std::mutex lock_;
  std::uintptr_t lastKey_ = 0;
  std::map<std::uintptr_t, std::shared_ptr<Watched>> trees_;
};

}  // namespace holdfast
