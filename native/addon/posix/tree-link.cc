#include "addon/posix/tree-link.h"

#include <cerrno>

#include "addon/arguments.h"
#include "addon/errors.h"
#include "addon/listeners.h"
#include "posix/port/process.h"

namespace holdfast {

namespace {

constexpr int kSoon = 100;  // GuardLink.receive without a time

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
    throw Napi::TypeError::New(value.Env(), "a GuardLink is made by startGuard()");
  return std::move(*value.As<Napi::External<StartedGuard>>().Data());
}

int rootPidIn(const std::vector<std::string>& facts) {
  const std::vector<std::string_view> fields = splitFields(facts.back());
  const bool started = fields.size() == 3 && fields[0] == "started";
  return started ? std::stoi(std::string(fields[1])) : 0;
}

}  // namespace

void GuardLink::define(Napi::Env env, Napi::Object exports) {
  const Napi::Function constructor = DefineClass(
      env, "GuardLink",
      {InstanceAccessor<&GuardLink::facts>("facts"), InstanceMethod<&GuardLink::send>("send"),
       InstanceMethod<&GuardLink::receive>("receive"),
       InstanceMethod<&GuardLink::signalRoot>("signalRoot"),
       InstanceMethod<&GuardLink::endGuard>("endGuard"), InstanceMethod<&GuardLink::ref>("ref"),
       InstanceMethod<&GuardLink::unref>("unref"), InstanceMethod<&GuardLink::hasRef>("hasRef"),
       InstanceMethod<&GuardLink::close>("close")});
  // Each environment has a constructor of its own; the function keeps it.
  auto* kept = std::make_unique<Napi::FunctionReference>(Napi::Persistent(constructor)).release();
  env.AddCleanupHook([kept] { const std::unique_ptr<Napi::FunctionReference> freed(kept); });
  exports.Set("startGuard",
              Napi::Function::New<translated<GuardLink::startGuard>>(env, "startGuard", kept));
}

Napi::Value GuardLink::startGuard(const Napi::CallbackInfo& info) {
  if (!info[0].IsObject()) throw Napi::TypeError::New(info.Env(), "start has to be an object");
  StartedGuard started = startFrom(info[0].As<Napi::Object>());
  const Napi::Object object = static_cast<Napi::FunctionReference*>(info.Data())
                                  ->New({Napi::External<StartedGuard>::New(info.Env(), &started)});
  Unwrap(object)->watch();
  return object;
}

GuardLink::GuardLink(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<GuardLink>(info),
      guard_(takeFrom(info[0])),
      rootPid_(rootPidIn(guard_.answer.facts)),
      context_(info.Env(), "GuardLink", info.This().As<Napi::Object>()) {}

void GuardLink::watch() {
  if (rootPid_ == 0) return guard_.channel.close();  // `failed` or `refused`: nothing follows
  poll_ = SocketPoll::start(
      Env(), guard_.channel.fd(), [this] { fromEventLoop([this] { takeNews(); }); },
      [this] { onTeardown(); });
  Ref();  // until the socket ends or is closed
}

GuardLink::~GuardLink() {
  if (poll_ != nullptr) poll_->close();
}

Napi::Value GuardLink::facts(const Napi::CallbackInfo& info) {
  return toArray(info.Env(), guard_.answer.facts);
}

Napi::Value GuardLink::send(const Napi::CallbackInfo& info) {
  const std::string line = stringIn(info[0], "line");
  if (line == "collected") rootCollected_ = true;
  const int error = guard_.channel.send(line);
  continueGuard(guard_);
  if (guard_.channel.hasUnsent() && poll_ != nullptr)
    poll_->want(SocketPoll::Wants::readingAndWriting);
  return Napi::Number::New(info.Env(), -error);
}

Napi::Value GuardLink::receive(const Napi::CallbackInfo& info) {
  const int timeoutMs = info[0].IsNumber() ? intIn(info[0], "timeoutMs") : kSoon;
  return toArray(info.Env(), guard_.channel.receiveWithin(timeoutMs));
}

Napi::Value GuardLink::signalRoot(const Napi::CallbackInfo& info) {
  const int signo = intIn(info[0], "signo");
  const bool gone = rootPid_ == 0 || rootCollected_;
  const int error = gone ? ESRCH : signalChild(guard_.answer.rootHandle, rootPid_, signo);
  return Napi::Number::New(info.Env(), -error);
}

void GuardLink::endGuard(const Napi::CallbackInfo&) { holdfast::endGuard(guard_); }

void GuardLink::ref(const Napi::CallbackInfo&) {
  if (poll_ != nullptr) poll_->ref();
}

void GuardLink::unref(const Napi::CallbackInfo&) {
  if (poll_ != nullptr) poll_->unref();
}

Napi::Value GuardLink::hasRef(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), poll_ != nullptr && poll_->hasRef());
}

void GuardLink::close(const Napi::CallbackInfo&) { stopWatching(); }

void GuardLink::stopWatching() {
  if (poll_ == nullptr) return;
  poll_->close();
  poll_ = nullptr;
  guard_.channel.close();
  guard_.answer.rootHandle.reset();
  rootPid_ = 0;
  Unref();
}

void GuardLink::takeNews() {
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
void GuardLink::onTeardown() {
  poll_ = nullptr;
  guard_.channel.shutDown();
  guard_.channel.close();
}

}  // namespace holdfast
