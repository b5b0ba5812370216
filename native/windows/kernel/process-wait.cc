#include "windows/kernel/process-wait.h"

#include "windows/win-error.h"

namespace holdfast {

struct ProcessWait::Waiting {
  HANDLE port = nullptr;
  std::uintptr_t key = 0;
  HANDLE wait = nullptr;

  ~Waiting() {
    // Returns when a call that has begun is over, so that none finds this gone.
    if (wait != nullptr) (void)UnregisterWaitEx(wait, INVALID_HANDLE_VALUE);
  }

  static void CALLBACK onEnd(void* self, BOOLEAN) {
    const auto& waiting = *static_cast<Waiting*>(self);
    (void)PostQueuedCompletionStatus(waiting.port, 0, waiting.key, nullptr);
  }
};

ProcessWait::ProcessWait() = default;

ProcessWait::ProcessWait(HANDLE process, HANDLE port, std::uintptr_t key)
    : waiting_(std::make_unique<Waiting>()) {
  waiting_->port = port;
  waiting_->key = key;
  if (RegisterWaitForSingleObject(&waiting_->wait, process, Waiting::onEnd, waiting_.get(),
                                  INFINITE, WT_EXECUTEONLYONCE) == 0)
    throw lastError("RegisterWaitForSingleObject");
}

ProcessWait::ProcessWait(ProcessWait&&) noexcept = default;
ProcessWait& ProcessWait::operator=(ProcessWait&&) noexcept = default;
ProcessWait::~ProcessWait() = default;

}  // namespace holdfast
