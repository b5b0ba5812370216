// GuardLink: the JavaScript object at the owner's end of one guard's socket
// (lib/addon/binding.ts).
#pragma once

#include <napi.h>

#include "addon/posix/socket-poll.h"
#include "posix/owner/start-guard.h"

namespace holdfast {

class GuardLink : public Napi::ObjectWrap<GuardLink> {
 public:
  static void define(Napi::Env env, Napi::Object exports);

  // For startGuard() only: takes over the StartedGuard that its argument holds.
  explicit GuardLink(const Napi::CallbackInfo& info);
  ~GuardLink() override;

 private:
  static Napi::Value startGuard(const Napi::CallbackInfo& info);

  Napi::Value facts(const Napi::CallbackInfo& info);
  Napi::Value send(const Napi::CallbackInfo& info);
  Napi::Value receive(const Napi::CallbackInfo& info);
  Napi::Value signalRoot(const Napi::CallbackInfo& info);
  void endGuard(const Napi::CallbackInfo& info);
  void ref(const Napi::CallbackInfo& info);
  void unref(const Napi::CallbackInfo& info);
  Napi::Value hasRef(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  void watch();
  void takeNews();
  void onTeardown();
  void stopWatching();

  StartedGuard guard_;
  int rootPid_ = 0;
  bool rootCollected_ = false;
  SocketPoll* poll_ = nullptr;
  Napi::AsyncContext context_;
};

}  // namespace holdfast
