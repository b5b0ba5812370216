#include "addon/windows/loop-bell.h"

#include <cerrno>
#include <memory>

#include "core/os-error.h"
#include "core/uv-errors.h"

namespace holdfast {

LoopBell* LoopBell::start(Napi::Env env, std::function<void()> onRing,
                          std::function<void()> onTeardown) {
  auto bell = std::make_unique<LoopBell>(std::move(onRing), std::move(onTeardown));
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok)
    throw OsError("napi_get_uv_event_loop", uv::kUnknown);
  const int failed = uv_async_init(loop, &bell->async_, onAsync);
  if (failed != 0) throw OsError("uv_async_init", -failed);
  LoopBell* self = bell.release();  // libuv has it now, until onClosed
  self->async_.data = self;
  (void)napi_add_async_cleanup_hook(env, onCleanup, self, &self->hook_);
  return self;
}

void LoopBell::close() {
  onRing_ = nullptr;
  onTeardown_ = nullptr;
  if (uv_is_closing(asHandle()) == 0) uv_close(asHandle(), onClosed);
}

void LoopBell::onAsync(uv_async_t* async) {
  // A copy: the ring may close this bell.
  const std::function<void()> onRing = static_cast<LoopBell*>(async->data)->onRing_;
  if (onRing) onRing();
}

void LoopBell::onClosed(uv_handle_t* handle) {
  const std::unique_ptr<LoopBell> self(static_cast<LoopBell*>(handle->data));
  if (self->hook_ != nullptr) (void)napi_remove_async_cleanup_hook(self->hook_);
}

void LoopBell::onCleanup(napi_async_cleanup_hook_handle, void* data) {
  auto* self = static_cast<LoopBell*>(data);
  const std::function<void()> onTeardown = self->onTeardown_;
  if (onTeardown) onTeardown();
  self->close();
}

}  // namespace holdfast
