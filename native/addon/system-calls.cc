#include "addon/system-calls.h"

#include <memory>

#include "addon/arguments.h"
#include "addon/errors.h"
#include "posix/become.h"
#include "posix/file-lock.h"
#include "posix/process-group.h"
#include "posix/process-table.h"

namespace holdfast {

namespace {

using Info = Napi::CallbackInfo;

Napi::Value becomeProgram(const Info& info) {
  become({stringIn(info[0], "file"), stringsIn(info[1], "args"), stringsIn(info[2], "env")});
}

Napi::Value socketPair(const Info& info) {
  const SocketEnds ends = makeSocketEnds();
  Napi::Array pair = Napi::Array::New(info.Env(), 2);
  pair.Set(0u, Napi::Number::New(info.Env(), ends.first));
  pair.Set(1u, Napi::Number::New(info.Env(), ends.second));
  return pair;
}

Napi::Object entryFor(Napi::Env env, const ProcessRow& row) {
  Napi::Object entry = Napi::Object::New(env);
  entry.Set("pid", Napi::Number::New(env, row.process.identity.pid));
  entry.Set("startTime", Napi::BigInt::New(env, row.process.identity.startTime));
  entry.Set("ppid", Napi::Number::New(env, row.process.ppid));
  entry.Set("pgrp", Napi::Number::New(env, row.pgrp));
  entry.Set("session", Napi::Number::New(env, row.session));
  entry.Set("state", Napi::String::New(env, std::string(1, row.process.state)));
  entry.Set("name", Napi::String::New(env, row.process.name));
  entry.Set("uid", Napi::Number::New(env, row.uid));
  return entry;
}

Napi::Value listProcesses(const Info& info) {
  const std::vector<ProcessRow> rows = processTable();
  Napi::Array entries = Napi::Array::New(info.Env(), rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) entries.Set(i, entryFor(info.Env(), rows[i]));
  return entries;
}

Napi::Value groupOf(const Info& info) {
  return Napi::Number::New(info.Env(), processGroupOf(intIn(info[0], "pid")));
}

Napi::Value setGroup(const Info& info) {
  setProcessGroup(intIn(info[0], "pid"), intIn(info[1], "pgid"));
  return info.Env().Undefined();
}

Napi::Value signalGroup(const Info& info) {
  signalProcessGroup({intIn(info[0], "leaderPid"), bigIntIn(info[1], "startTime")},
                     intIn(info[2], "signo"));
  return info.Env().Undefined();
}

Napi::Value release(const Info& info) {
  static_cast<FileLock*>(info.Data())->release();
  return info.Env().Undefined();
}

Napi::Value lockObject(Napi::Env env, FileLock lock) {
  FileLock* held = std::make_unique<FileLock>(std::move(lock)).release();
  Napi::Function function = Napi::Function::New<release>(env, "release", held);
  function.AddFinalizer(
      [](Napi::Env, FileLock* done) { const std::unique_ptr<FileLock> freed(done); }, held);
  Napi::Object object = Napi::Object::New(env);
  object.Set("release", function);
  return object;
}

Napi::Value waitForLock(const Info& info) {
  return lockObject(info.Env(), FileLock::wait(stringIn(info[0], "path")));
}

Napi::Value attemptLock(const Info& info) {
  std::optional<FileLock> lock = FileLock::attempt(stringIn(info[0], "path"));
  return lock ? lockObject(info.Env(), std::move(*lock)) : info.Env().Undefined();
}

template <Napi::Value (*kFunction)(const Info&)>
void define(Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New<translated<kFunction>>(exports.Env(), name));
}

}  // namespace

void defineSystemCalls(Napi::Env env, Napi::Object exports) {
  define<becomeProgram>(exports, "execve");
  define<socketPair>(exports, "socketPair");
  define<listProcesses>(exports, "processTable");
  define<waitForLock>(exports, "lock");
  define<attemptLock>(exports, "tryLock");
  Napi::Object group = Napi::Object::New(env);
  define<groupOf>(group, "get");
  define<setGroup>(group, "set");
  define<signalGroup>(group, "signal");
  exports.Set("processGroup", group);
}

}  // namespace holdfast
