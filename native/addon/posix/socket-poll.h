// Watches one socket in the event loop of one JavaScript environment. At the end of the
// environment it tells the other side at once and leaves no libuv handle behind: an open one
// aborts Node (node::Environment cleanup of a Worker).
#pragma once

#include <napi.h>
#include <uv.h>

#include <functional>

#include "posix/owner/guard-channel.h"

namespace holdfast {

class SocketPoll {
 public:
  enum class Wants { reading, readingAndWriting };

  // Watches nothing yet: start() does.
  SocketPoll(std::function<void()> onEvent, std::function<void()> onTeardown)
      : onEvent_(std::move(onEvent)), onTeardown_(std::move(onTeardown)) {}

  // Throws OsError. `onEvent` runs in the loop, `onTeardown` when the environment ends.
  static SocketPoll* start(Napi::Env env, int socket, std::function<void()> onEvent,
                           std::function<void()> onTeardown);

  void want(Wants wants);
  void ref() { uv_ref(asHandle()); }
  void unref() { uv_unref(asHandle()); }
  bool hasRef() const { return uv_has_ref(reinterpret_cast<const uv_handle_t*>(&poll_)) != 0; }
  // Nothing is called any more; frees itself when libuv is done. The socket may be closed at once
  // (libuv, uv_poll_t).
  void close();

 private:
  uv_handle_t* asHandle() { return reinterpret_cast<uv_handle_t*>(&poll_); }
  static void onPoll(uv_poll_t* poll, int status, int events);
  static void onClosed(uv_handle_t* handle);
  static void onCleanup(napi_async_cleanup_hook_handle hook, void* self);

  uv_poll_t poll_{};
  napi_async_cleanup_hook_handle hook_ = nullptr;
  std::function<void()> onEvent_;
  std::function<void()> onTeardown_;
};

}  // namespace holdfast
