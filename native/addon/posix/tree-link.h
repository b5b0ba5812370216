// TreeLink (lib/addon/binding.ts): the JavaScript object at the owner's end of the socket to the
// guard of one tree.
#pragma once

#include <napi.h>

#include "addon/posix/socket-poll.h"
#include "posix/owner/start-guard.h"

namespace holdfast {

class TreeLink : public Napi::ObjectWrap<TreeLink> {
 public:
  static void define(Napi::Env env, Napi::Object exports);

  // For launchTree() only: takes over the StartedGuard that its argument holds.
  explicit TreeLink(const Napi::CallbackInfo& info);
  ~TreeLink() override;

 private:
  static Napi::Value launchTree(const Napi::CallbackInfo& info);

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
