#include "addon/posix/system-calls.h"

#include <cstdlib>

#include "addon/arguments.h"
#include "addon/errors.h"
#include "addon/exit-after.h"
#include "addon/identity-function.h"
#include "addon/lock-functions.h"
#include "posix/file-lock.h"
#include "posix/owner/become.h"
#include "posix/owner/process-group.h"
#include "posix/port/process-table.h"
#include "posix/port/process.h"
#include "posix/socket-pair.h"
#include "posix/unique-fd.h"

namespace holdfast {

namespace {

using Info = Napi::CallbackInfo;

Napi::Value becomeProgram(const Info& info) {
  become({stringIn(info[0], "file"), wordsIn(info[1], "args"), ownEnvironment()});
}

// exit(3) would join the threads of libuv's pool (src/threadpool.c, uv__threadpool_cleanup).
Napi::Value endAtOnce(const Info& info) { std::_Exit(intIn(info[0], "code")); }

Napi::Value stdioPair(const Info& info) {
  SocketPair ends = makeStreamPair();
  Napi::Array pair = Napi::Array::New(info.Env(), 2);
  pair.Set(0u, Napi::Number::New(info.Env(), ends.first.release()));
  pair.Set(1u, Napi::Number::New(info.Env(), ends.second.release()));
  return pair;
}

Napi::Value closeEnd(const Info& info) {
  UniqueFd(intIn(info[0], "fd")).reset();
  return info.Env().Undefined();
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

}  // namespace

void defineSystemCalls(Napi::Env env, Napi::Object exports) {
  define<becomeProgram>(exports, "execve");
  define<endAtOnce>(exports, "exitAtOnce");
  define<exitAfter>(exports, "exitAfter");
  define<stdioPair>(exports, "stdioPair");
  define<closeEnd>(exports, "closeEnd");
  define<listProcesses>(exports, "processTable");
  define<identityOfPid<identityOf>>(exports, "identityOf");
  defineLock<FileLock>(exports);
  Napi::Object group = Napi::Object::New(env);
  define<groupOf>(group, "get");
  define<setGroup>(group, "set");
  define<signalGroup>(group, "signal");
  exports.Set("processGroup", group);
}

}  // namespace holdfast
