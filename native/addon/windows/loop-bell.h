// Rings in the event loop of one JavaScript environment from any thread. At the end of the
// environment it leaves no libuv handle behind: an open one aborts Node.
#pragma once

#include <napi.h>
#include <uv.h>

#include <functional>

namespace holdfast {

class LoopBell {
 public:
  // Does nothing yet: start() does.
  LoopBell(std::function<void()> onRing, std::function<void()> onTeardown)
      : onRing_(std::move(onRing)), onTeardown_(std::move(onTeardown)) {}

  // Throws OsError. `onRing` runs in the loop, `onTeardown` when the environment ends.
  static LoopBell* start(Napi::Env env, std::function<void()> onRing,
                         std::function<void()> onTeardown);

  // From any thread, until close().
  void ring() { (void)uv_async_send(&async_); }  // fails for a handle that is closing
  void ref() { uv_ref(asHandle()); }
  void unref() { uv_unref(asHandle()); }
  bool hasRef() const { return uv_has_ref(reinterpret_cast<const uv_handle_t*>(&async_)) != 0; }
  // Nothing is called any more; frees itself when libuv is done.
  void close();

 private:
  uv_handle_t* asHandle() { return reinterpret_cast<uv_handle_t*>(&async_); }
  static void onAsync(uv_async_t* async);
  static void onClosed(uv_handle_t* handle);
  static void onCleanup(napi_async_cleanup_hook_handle hook, void* self);

  uv_async_t async_{};
  napi_async_cleanup_hook_handle hook_ = nullptr;
  std::function<void()> onRing_;
  std::function<void()> onTeardown_;
};

}  // namespace holdfast
