#include "addon/posix/tree-link.h"

#include <cerrno>

#include "addon/arguments.h"
#include "addon/errors.h"
#include "addon/listeners.h"
#include "core/facts.h"
#include "posix/port/process.h"

namespace holdfast {

namespace {

constexpr int kSoon = 100;  // TreeLink.receive without a time

StartedGuard startFrom(const Napi::Object& options) {
  GuardStart start;
  start.guardPath = stringIn(options.Get("guardPath"), "guardPath");
  if (options.Get("home").IsString()) start.home = stringIn(options.Get("home"), "home");
  const auto request = options.Get("request").As<Napi::Uint8Array>();
  start.request = {reinterpret_cast<const char*>(request.Data()), request.ByteLength()};
  start.descriptors = intsIn(options.Get("descriptors"), "descriptors");
  start.recovery = stringsIn(options.Get("recovery"), "recovery");
  start.deadlineMs = intIn(options.Get("deadlineMs"), "deadlineMs");
  return holdfast::startGuard(start);
}

StartedGuard takeFrom(const Napi::Value& value) {
  if (!value.IsExternal())
    throw Napi::TypeError::New(value.Env(), "a TreeLink is made by launchTree()");
  return std::move(*value.As<Napi::External<StartedGuard>>().Data());
}

int rootPidIn(const std::vector<std::string>& facts) {
  const auto started = readAs<fact::Started>(facts.back());
  return started ? started->root.pid : 0;
}

}  // namespace

void TreeLink::define(Napi::Env env, Napi::Object exports) {
  const Napi::Function constructor = DefineClass(
      env, "TreeLink",
      {InstanceAccessor<&TreeLink::facts>("facts"), InstanceMethod<&TreeLink::send>("send"),
       InstanceMethod<&TreeLink::receive>("receive"),
       InstanceMethod<&TreeLink::signalRoot>("signalRoot"),
       InstanceMethod<&TreeLink::endGuard>("endGuard"), InstanceMethod<&TreeLink::ref>("ref"),
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
  StartedGuard started = startFrom(info[0].As<Napi::Object>());
  const Napi::Object object = static_cast<Napi::FunctionReference*>(info.Data())
                                  ->New({Napi::External<StartedGuard>::New(info.Env(), &started)});
  Unwrap(object)->watch();
  return object;
}

TreeLink::TreeLink(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<TreeLink>(info),
      guard_(takeFrom(info[0])),
      rootPid_(rootPidIn(guard_.answer.facts)),
      context_(info.Env(), "TreeLink", info.This().As<Napi::Object>()) {}

void TreeLink::watch() {
  if (rootPid_ == 0) return guard_.channel.close();  // `failed` or `refused`: nothing follows
  poll_ = SocketPoll::start(
      Env(), guard_.channel.fd(), [this] { fromEventLoop([this] { takeNews(); }); },
      [this] { onTeardown(); });
  Ref();  // until the socket ends or is closed
}

TreeLink::~TreeLink() {
  if (poll_ != nullptr) poll_->close();
}

Napi::Value TreeLink::facts(const Napi::CallbackInfo& info) {
  return toArray(info.Env(), guard_.answer.facts);
}

Napi::Value TreeLink::send(const Napi::CallbackInfo& info) {
  const std::string line = stringIn(info[0], "line");
  if (line == "collected") rootCollected_ = true;
  const int error = guard_.channel.send(line);
  continueGuard(guard_);
  if (guard_.channel.hasUnsent() && poll_ != nullptr)
    poll_->want(SocketPoll::Wants::readingAndWriting);
  return Napi::Number::New(info.Env(), -error);
}

Napi::Value TreeLink::receive(const Napi::CallbackInfo& info) {
  const int timeoutMs = info[0].IsNumber() ? intIn(info[0], "timeoutMs") : kSoon;
  return toArray(info.Env(), guard_.channel.receiveWithin(timeoutMs));
}

Napi::Value TreeLink::signalRoot(const Napi::CallbackInfo& info) {
  const int signo = intIn(info[0], "signo");
  const bool gone = rootPid_ == 0 || rootCollected_;
  const int error = gone ? ESRCH : signalChild(guard_.answer.rootHandle, rootPid_, signo);
  return Napi::Number::New(info.Env(), -error);
}

void TreeLink::endGuard(const Napi::CallbackInfo&) { holdfast::endGuard(guard_); }

void TreeLink::ref(const Napi::CallbackInfo&) {
  if (poll_ != nullptr) poll_->ref();
}

void TreeLink::unref(const Napi::CallbackInfo&) {
  if (poll_ != nullptr) poll_->unref();
}

Napi::Value TreeLink::hasRef(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), poll_ != nullptr && poll_->hasRef());
}

void TreeLink::close(const Napi::CallbackInfo&) { stopWatching(); }

void TreeLink::stopWatching() {
  if (poll_ == nullptr) return;
  poll_->close();
  poll_ = nullptr;
  guard_.channel.close();
  guard_.answer.rootHandle.reset();
  rootPid_ = 0;
  Unref();
}

void TreeLink::takeNews() {
  const Napi::HandleScope scope(Env());
  const Napi::Object kept = Value();  // the listeners may close this link
  guard_.channel.flush();
  if (!guard_.channel.hasUnsent()) poll_->want(SocketPoll::Wants::reading);
  const std::vector<std::string> lines = guard_.channel.receive();
  if (!lines.empty()) callListener(kept, context_, "onFacts", {toArray(Env(), lines)});
  if (poll_ == nullptr || !guard_.channel.ended()) return;
  stopWatching();
  callListener(kept, context_, "onEnd", {});
}

// The environment ends: its trees end with it, whoever else may hold a copy of the socket.
void TreeLink::onTeardown() {
  poll_ = nullptr;
  guard_.channel.shutDown();
  guard_.channel.close();
}

}  // namespace holdfast
