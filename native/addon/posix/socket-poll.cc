#include "addon/posix/socket-poll.h"

#include <memory>

#include "core/os-error.h"

namespace holdfast {

SocketPoll* SocketPoll::start(Napi::Env env, int socket, std::function<void()> onEvent,
                              std::function<void()> onTeardown) {
  auto poll = std::make_unique<SocketPoll>(std::move(onEvent), std::move(onTeardown));
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok)
    throw OsError("napi_get_uv_event_loop", ECANCELED);
  const int failed = uv_poll_init(loop, &poll->poll_, socket);
  if (failed != 0) throw OsError("uv_poll_init", -failed);
  SocketPoll* self = poll.release();  // libuv has it now, until onClosed
  self->poll_.data = self;
  (void)napi_add_async_cleanup_hook(env, onCleanup, self, &self->hook_);
  self->want(Wants::reading);
  return self;
}

void SocketPoll::want(Wants wants) {
  const int events = wants == Wants::reading ? UV_READABLE : UV_READABLE | UV_WRITABLE;
  (void)uv_poll_start(&poll_, events, onPoll);  // fails only for a handle that is closing
}

void SocketPoll::close() {
  onEvent_ = nullptr;
  onTeardown_ = nullptr;
  if (uv_is_closing(asHandle()) == 0) uv_close(asHandle(), onClosed);
}

void SocketPoll::onPoll(uv_poll_t* poll, int, int) {
  // A copy: the event may close this poll.
  const std::function<void()> onEvent = static_cast<SocketPoll*>(poll->data)->onEvent_;
  if (onEvent) onEvent();
}

void SocketPoll::onClosed(uv_handle_t* handle) {
  const std::unique_ptr<SocketPoll> self(static_cast<SocketPoll*>(handle->data));
  if (self->hook_ != nullptr) (void)napi_remove_async_cleanup_hook(self->hook_);
}

void SocketPoll::onCleanup(napi_async_cleanup_hook_handle, void* data) {
  auto* self = static_cast<SocketPoll*>(data);
  const std::function<void()> onTeardown = self->onTeardown_;
  self->close();
  if (onTeardown) onTeardown();
}

}  // namespace holdfast
