// TreeLink (lib/addon/binding.ts): the JavaScript object at the owner's end of the conversation
// with whoever holds one tree, which is the supervisor of this process or a guard.
#pragma once

#include <napi.h>

#include "addon/windows/loop-bell.h"
#include "windows/tree/launch-tree.h"

namespace holdfast {

class TreeLink : public Napi::ObjectWrap<TreeLink> {
 public:
  static void define(Napi::Env env, Napi::Object exports);

  // For launchTree() only: takes over the LaunchedTree that its argument holds.
  explicit TreeLink(const Napi::CallbackInfo& info);
  ~TreeLink() override;

 private:
  static Napi::Value launchTree(const Napi::CallbackInfo& info);

  Napi::Value facts(const Napi::CallbackInfo& info);
  Napi::Value send(const Napi::CallbackInfo& info);
  Napi::Value receive(const Napi::CallbackInfo& info);
  Napi::Value signalRoot(const Napi::CallbackInfo& info);
  void ref(const Napi::CallbackInfo& info);
  void unref(const Napi::CallbackInfo& info);
  Napi::Value hasRef(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  void watch();
  void takeNews();
  void letGo();
  void stopWatching();

  LaunchedTree launched_;
  bool rootCollected_ = false;
  LoopBell* bell_ = nullptr;
  Napi::AsyncContext context_;
};

}  // namespace holdfast
