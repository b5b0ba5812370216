#include "addon/windows/tree-link.h"

#include "addon/arguments.h"
#include "addon/errors.h"
#include "addon/listeners.h"
#include "core/uv-errors.h"
#include "windows/kernel/termination.h"
#include "windows/owner/launch-for-owner.h"

namespace holdfast {

namespace {

constexpr int kSoon = 100;  // TreeLink.receive without a time

LaunchedTree launchFrom(const Napi::Object& options) {
  TreeLaunch launch;
  const auto request = options.Get("request").As<Napi::Uint8Array>();
  launch.request = {reinterpret_cast<const char*>(request.Data()), request.ByteLength()};
  launch.guardPath = stringIn(options.Get("guardPath"), "guardPath");
  if (options.Get("home").IsString()) launch.home = stringIn(options.Get("home"), "home");
  for (int fd : intsIn(options.Get("descriptors"), "descriptors"))
    launch.passed.push_back(fd < 0 ? nullptr : uv_get_osfhandle(fd));
  launch.deadlineMs = intIn(options.Get("deadlineMs"), "deadlineMs");
  return launchForOwner(launch);
}

LaunchedTree takeFrom(const Napi::Value& value) {
  if (!value.IsExternal())
    throw Napi::TypeError::New(value.Env(), "a TreeLink is made by launchTree()");
  return std::move(*value.As<Napi::External<LaunchedTree>>().Data());
}

}  // namespace

void TreeLink::define(Napi::Env env, Napi::Object exports) {
  const Napi::Function constructor = DefineClass(
      env, "TreeLink",
      {InstanceAccessor<&TreeLink::facts>("facts"), InstanceMethod<&TreeLink::send>("send"),
       InstanceMethod<&TreeLink::receive>("receive"),
       InstanceMethod<&TreeLink::signalRoot>("signalRoot"), InstanceMethod<&TreeLink::ref>("ref"),
       InstanceMethod<&TreeLink::unref>("unref"), InstanceMethod<&TreeLink::hasRef>("hasRef"),
       InstanceMethod<&TreeLink::close>("close")});
  // Each environment has a constructor of its own; the function keeps it.
  auto* kept = std::make_unique<Napi::FunctionReference>(Napi::Persistent(constructor)).release();
  env.AddCleanupHook([kept] { const std::unique_ptr<Napi::FunctionReference> freed(kept); });
  exports.Set("launchTree",
              Napi::Function::New<translated<TreeLink::launchTree>>(env, "launchTree", kept));
}

Napi::Value TreeLink::launchTree(const Napi::CallbackInfo& info) {
  if (!info[0].IsObject()) throw Napi::TypeError::New(info.Env(), "the launch has to be an object");
  LaunchedTree launched = launchFrom(info[0].As<Napi::Object>());
  const Napi::Object object = static_cast<Napi::FunctionReference*>(info.Data())
                                  ->New({Napi::External<LaunchedTree>::New(info.Env(), &launched)});
  Unwrap(object)->watch();
  return object;
}

TreeLink::TreeLink(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<TreeLink>(info),
      launched_(takeFrom(info[0])),
      context_(info.Env(), "TreeLink", info.This().As<Napi::Object>()) {}

void TreeLink::watch() {
  if (launched_.holder == nullptr) return;  // `failed` or `refused`: nothing follows
  LoopBell* bell = LoopBell::start(
      Env(), [this] { fromEventLoop([this] { takeNews(); }); },
      [this] {
        letGo();
        bell_ = nullptr;
      });
  bell_ = bell;
  launched_.news->setBell([bell] { bell->ring(); });
  bell->ring();  // for what has been told since the launch
  Ref();         // until the tree ends or the link is closed
}

TreeLink::~TreeLink() {
  letGo();
  if (bell_ != nullptr) bell_->close();
}

Napi::Value TreeLink::facts(const Napi::CallbackInfo& info) {
  return toArray(info.Env(), launched_.facts);
}

Napi::Value TreeLink::send(const Napi::CallbackInfo& info) {
  const std::string line = stringIn(info[0], "line");
  if (launched_.holder == nullptr) return Napi::Number::New(info.Env(), -uv::kEPIPE);
  if (line == "collected") rootCollected_ = true;
  launched_.holder->ask(line);
  return Napi::Number::New(info.Env(), 0);
}

Napi::Value TreeLink::receive(const Napi::CallbackInfo& info) {
  const int timeoutMs = info[0].IsNumber() ? intIn(info[0], "timeoutMs") : kSoon;
  const bool open = launched_.holder != nullptr;
  return toArray(info.Env(),
                 open ? launched_.news->takeWithin(timeoutMs) : std::vector<std::string>());
}

Napi::Value TreeLink::signalRoot(const Napi::CallbackInfo& info) {
  const int asked = intIn(info[0], "signo");
  const int signo = asked == 0 ? 0 : terminationOf(asked);
  const bool gone = launched_.holder == nullptr || rootCollected_;
  const int error = gone ? uv::kESRCH : launched_.holder->signalRoot(signo);
  return Napi::Number::New(info.Env(), -error);
}

void TreeLink::ref(const Napi::CallbackInfo&) {
  if (bell_ != nullptr) bell_->ref();
}

void TreeLink::unref(const Napi::CallbackInfo&) {
  if (bell_ != nullptr) bell_->unref();
}

Napi::Value TreeLink::hasRef(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), bell_ != nullptr && bell_->hasRef());
}

void TreeLink::close(const Napi::CallbackInfo&) { stopWatching(); }

// Whoever lets go of a tree is no longer its owner. The bell is silent when this returns.
void TreeLink::letGo() {
  if (launched_.holder == nullptr) return;
  launched_.news->setBell(nullptr);
  launched_.holder->letGo();
  launched_.holder.reset();
}

void TreeLink::stopWatching() {
  if (bell_ == nullptr) return;
  letGo();
  bell_->close();
  bell_ = nullptr;
  Unref();
}

void TreeLink::takeNews() {
  const Napi::HandleScope scope(Env());
  const Napi::Object kept = Value();  // the listeners may close this link
  const std::vector<std::string> lines = launched_.news->take();
  if (!lines.empty()) callListener(kept, context_, "onFacts", {toArray(Env(), lines)});
}

}  // namespace holdfast
