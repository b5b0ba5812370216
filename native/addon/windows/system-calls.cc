#include "addon/windows/system-calls.h"

#include <uv.h>

#include <array>
#include <cstdlib>
#include <optional>

#include "addon/arguments.h"
#include "addon/errors.h"
#include "addon/exit-after.h"
#include "addon/identity-function.h"
#include "addon/lock-functions.h"
#include "addon/windows/stream-handle.h"
#include "core/uv-errors.h"
#include "windows/kernel/process-table.h"
#include "windows/records/file-lock.h"
#include "windows/start/become.h"
#include "windows/start/pipe-pair.h"

namespace holdfast {

namespace {

using Info = Napi::CallbackInfo;

Napi::Value becomeProgram(const Info& info) {
  become({stringIn(info[0], "file"), stringsIn(info[1], "args"), stringsIn(info[2], "env")});
}

// exit(3) would join the threads of libuv's pool (src/threadpool.c, uv__threadpool_cleanup).
Napi::Value endAtOnce(const Info& info) { std::_Exit(intIn(info[0], "code")); }

// A descriptor of Node's own C runtime, which libuv can open.
int descriptorFor(UniqueHandle handle) {
  const int fd = uv_open_osfhandle(handle.get());
  if (fd < 0) throw OsError("uv_open_osfhandle", uv::kEMFILE);
  (void)handle.release();  // the descriptor has it
  return fd;
}

void closeDescriptor(int fd) {
  uv_fs_t request;
  (void)uv_fs_close(nullptr, &request, fd, nullptr);
  uv_fs_req_cleanup(&request);
}

// Both, or neither where descriptors run out.
std::array<int, 2> descriptorsFor(PipePair ends) {
  const int ours = descriptorFor(std::move(ends.ours));
  try {
    return {ours, descriptorFor(std::move(ends.theirs))};
  } catch (const OsError&) {
    closeDescriptor(ours);
    throw;
  }
}

Napi::Value stdioPair(const Info& info) {
  const bool overlapped = stringIn(info[0], "kind") == "overlapped";
  const auto [ours, theirs] =
      descriptorsFor(makePipePair(overlapped ? PipeEnd::overlapped : PipeEnd::plain));
  Napi::Array pair = Napi::Array::New(info.Env(), 2);
  pair.Set(0u, Napi::Number::New(info.Env(), ours));
  pair.Set(1u, Napi::Number::New(info.Env(), theirs));
  return pair;
}

Napi::Value closeEnd(const Info& info) {
  closeDescriptor(intIn(info[0], "fd"));
  return info.Env().Undefined();
}

Napi::Value streamDescriptor(const Info& info) {
  return Napi::Number::New(info.Env(), descriptorFor(handleOfStream(info[0].As<Napi::Object>())));
}

struct Peer {
  HANDLE pipe;
  DWORD pid;
};

void introduce(uv_handle_t* handle, void* data) {
  if (handle->type != UV_NAMED_PIPE) return;
  const auto* peer = static_cast<const Peer*>(data);
  auto* pipe = reinterpret_cast<uv_pipe_t*>(handle);
  if (pipe->ipc != 0 && pipe->handle == peer->pipe) pipe->pipe.conn.ipc_remote_pid = peer->pid;
}

// docs/gotchas.md#the-other-end-of-an-ipc-pipe
Napi::Value setPipePeer(const Info& info) {
  Peer peer{uv_get_osfhandle(intIn(info[0], "fd")), static_cast<DWORD>(intIn(info[1], "pid"))};
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(info.Env(), &loop) != napi_ok)
    throw OsError("napi_get_uv_event_loop", uv::kEINVAL);
  uv_walk(loop, introduce, &peer);
  return info.Env().Undefined();
}

// Windows has neither process groups nor user numbers.
Napi::Object entryFor(Napi::Env env, const ProcessRow& row) {
  const int pid = row.process.identity.pid;
  const std::optional<Identity> identity = identityOf(pid);
  Napi::Object entry = Napi::Object::New(env);
  entry.Set("pid", Napi::Number::New(env, pid));
  entry.Set("startTime", Napi::BigInt::New(env, identity ? identity->startTime : 0));
  entry.Set("ppid", Napi::Number::New(env, row.process.ppid));
  entry.Set("pgrp", Napi::Number::New(env, 0));
  entry.Set("session", Napi::Number::New(env, row.session));
  entry.Set("state", Napi::String::New(env, std::string(1, row.process.state)));
  entry.Set("name", Napi::String::New(env, row.process.name));
  entry.Set("uid", Napi::Number::New(env, 0));
  return entry;
}

Napi::Value listProcesses(const Info& info) {
  const std::vector<ProcessRow> rows = processTable();
  Napi::Array entries = Napi::Array::New(info.Env(), rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) entries.Set(i, entryFor(info.Env(), rows[i]));
  return entries;
}

}  // namespace

void defineSystemCalls(Napi::Object exports) {
  define<becomeProgram>(exports, "execve");
  define<endAtOnce>(exports, "exitAtOnce");
  define<exitAfter>(exports, "exitAfter");
  define<stdioPair>(exports, "stdioPair");
  define<closeEnd>(exports, "closeEnd");
  define<streamDescriptor>(exports, "streamDescriptor");
  define<setPipePeer>(exports, "setPipePeer");
  define<listProcesses>(exports, "processTable");
  define<identityOfPid<identityOf>>(exports, "identityOf");
  defineLock<FileLock>(exports);
}

}  // namespace holdfast
