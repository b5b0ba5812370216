#include "windows/tree/supervisor.h"

#include <algorithm>
#include <vector>

#include "windows/clock.h"
#include "windows/kernel/process-wait.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr std::int64_t kRetryMs = 50;

}  // namespace

struct Supervisor::Watched {
  std::shared_ptr<JobTree> tree;
  ProcessWait rootExit;
  ProcessWait ownerExit;
  std::int64_t nextAt = 0;
};

// Never destroyed: its thread runs until the process ends.
Supervisor& Supervisor::instance() {
  static Supervisor* const supervisor = std::make_unique<Supervisor>().release();
  return *supervisor;
}

Supervisor::Supervisor() : port_(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1)) {
  if (!port_) throw lastError("CreateIoCompletionPort");
  // docs/gotchas.md#a-library-under-a-running-thread
  HMODULE self = nullptr;
  if (GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                         reinterpret_cast<const wchar_t*>(&Supervisor::main), &self) == 0)
    throw lastError("GetModuleHandleExW");
  const UniqueHandle thread(CreateThread(nullptr, 0, main, this, 0, nullptr));
  if (!thread) throw lastError("CreateThread");
}

std::uintptr_t Supervisor::reserveKey() {
  const std::lock_guard<std::mutex> held(lock_);
  return ++lastKey_;
}

void Supervisor::add(std::uintptr_t key, std::shared_ptr<JobTree> tree) {
  auto watched = std::make_shared<Watched>();
  watched->rootExit = ProcessWait(tree->root(), port_.get(), key);
  if (tree->owner() != nullptr) watched->ownerExit = ProcessWait(tree->owner(), port_.get(), key);
  watched->tree = std::move(tree);
  {
    const std::lock_guard<std::mutex> held(lock_);
    trees_.emplace(key, std::move(watched));
  }
  wake(key);
}

void Supervisor::wake(std::uintptr_t key) {
  (void)PostQueuedCompletionStatus(port_.get(), 0, key, nullptr);  // else the next look is late
}

DWORD WINAPI Supervisor::main(void* self) { static_cast<Supervisor*>(self)->run(); }

void Supervisor::run() {
  for (;;) {
    DWORD message = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* detail = nullptr;
    if (GetQueuedCompletionStatus(port_.get(), &message, &key, &detail, waitMs()) != 0)
      advance(key);
    advanceThoseDue();
  }
}

DWORD Supervisor::waitMs() {
  const std::lock_guard<std::mutex> held(lock_);
  std::int64_t at = INT64_MAX;
  for (const auto& [key, watched] : trees_) at = std::min(at, watched->nextAt);
  if (at == INT64_MAX) return INFINITE;
  return static_cast<DWORD>(std::clamp<std::int64_t>(at - nowMs(), 0, 1 << 30));
}

std::shared_ptr<Supervisor::Watched> Supervisor::find(std::uintptr_t key) {
  const std::lock_guard<std::mutex> held(lock_);
  const auto found = trees_.find(key);
  return found == trees_.end() ? nullptr : found->second;
}

void Supervisor::advance(std::uintptr_t key) {
  const std::shared_ptr<Watched> watched = find(key);
  if (watched == nullptr) return;  // of a tree that has just ended, or not yet begun
  std::int64_t nextAt = nowMs() + kRetryMs;
  try {
    watched->tree->advance();
    nextAt = watched->tree->nextAt();
  } catch (const OsError&) {
    watched->nextAt = nextAt;  // the system had no memory for an answer: asked again soon
  }
  const std::lock_guard<std::mutex> held(lock_);
  watched->nextAt = nextAt;
  if (watched->tree->finished()) trees_.erase(key);
}

void Supervisor::advanceThoseDue() {
  std::vector<std::uintptr_t> due;
  {
    const std::lock_guard<std::mutex> held(lock_);
    const std::int64_t now = nowMs();
    for (const auto& [key, watched] : trees_)
      if (watched->nextAt <= now) due.push_back(key);
  }
  for (std::uintptr_t key : due) advance(key);
}

}  // namespace holdfast
