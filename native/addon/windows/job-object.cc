#include "addon/windows/job-object.h"

#include <memory>
#include <optional>

#include "addon/arguments.h"
#include "addon/errors.h"
#include "core/uv-errors.h"
#include "windows/kernel/job.h"
#include "windows/kernel/process-table.h"

namespace holdfast {

namespace {

using Info = Napi::CallbackInfo;

// What the functions of one JavaScript job share; empty after close().
using Held = std::shared_ptr<std::optional<Job>>;

Job& jobOf(const Info& info) {
  std::optional<Job>& job = **static_cast<Held*>(info.Data());
  if (!job) throw OsError("AssignProcessToJobObject", uv::kEBADF);
  return *job;
}

std::optional<std::uint64_t> wholeNumberIn(const Napi::Object& limits, const char* name) {
  const Napi::Value value = limits.Get(name);
  if (!value.IsNumber()) return std::nullopt;
  return static_cast<std::uint64_t>(value.As<Napi::Number>().Int64Value());
}

Napi::Value assign(const Info& info) {
  const Identity identity{intIn(info[0], "pid"), bigIntIn(info[1], "startTime")};
  const UniqueHandle process = openProcess(identity, PROCESS_SET_QUOTA | PROCESS_TERMINATE);
  if (!process) throw OsError("OpenProcess", uv::kESRCH);
  jobOf(info).assign(process.get());
  return info.Env().Undefined();
}

Napi::Value limit(const Info& info) {
  if (!info[0].IsObject()) throw Napi::TypeError::New(info.Env(), "limits have to be an object");
  const auto given = info[0].As<Napi::Object>();
  Limits limits;
  limits.memoryBytes = wholeNumberIn(given, "memory");
  limits.processes = wholeNumberIn(given, "processes");
  if (given.Get("cpu").IsNumber()) limits.cpuCores = given.Get("cpu").ToNumber().DoubleValue();
  jobOf(info).limit(limits);
  return info.Env().Undefined();
}

Napi::Object toObject(Napi::Env env, const Member& member) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("pid", Napi::Number::New(env, member.identity.pid));
  object.Set("startTime", Napi::BigInt::New(env, member.identity.startTime));
  object.Set("ppid", Napi::Number::New(env, member.ppid));
  object.Set("state", Napi::String::New(env, std::string(1, member.state)));
  object.Set("name", Napi::String::New(env, member.name));
  return object;
}

Napi::Value members(const Info& info) {
  const std::vector<Member> all = jobOf(info).members();
  Napi::Array array = Napi::Array::New(info.Env(), all.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) array.Set(i, toObject(info.Env(), all[i]));
  return array;
}

Napi::Value usage(const Info& info) {
  const Usage usage = jobOf(info).usage();
  Napi::Object object = Napi::Object::New(info.Env());
  const auto put = [&](const char* name, std::uint64_t number) {
    object.Set(name, Napi::Number::New(info.Env(), static_cast<double>(number)));
  };
  put("processes", usage.processes);
  put("cpuMicroseconds", usage.cpuMicroseconds);
  put("memoryBytes", usage.memoryBytes);
  put("totalProcesses", jobOf(info).totalProcesses());
  return object;
}

Napi::Value terminate(const Info& info) {
  const int exitCode = info[0].IsUndefined() ? 1 : intIn(info[0], "exitCode");
  jobOf(info).terminate(static_cast<unsigned>(exitCode));
  return info.Env().Undefined();
}

Napi::Value release(const Info& info) {
  jobOf(info).letLiveOn();
  return info.Env().Undefined();
}

Napi::Value shut(const Info& info) {
  static_cast<Held*>(info.Data())->get()->reset();
  return info.Env().Undefined();
}

template <Napi::Value (*kFunction)(const Info&)>
void define(Napi::Object object, const char* name, const Held& held) {
  Held* own = std::make_unique<Held>(held).release();
  Napi::Function function = Napi::Function::New<translated<kFunction>>(object.Env(), name, own);
  function.AddFinalizer([](Napi::Env, Held* done) { const std::unique_ptr<Held> freed(done); },
                        own);
  object.Set(name, function);
}

Napi::Value createJob(const Info& info) {
  const Held held = std::make_shared<std::optional<Job>>(std::in_place);
  Napi::Object object = Napi::Object::New(info.Env());
  define<assign>(object, "assign", held);
  define<limit>(object, "limit", held);
  define<members>(object, "members", held);
  define<usage>(object, "usage", held);
  define<terminate>(object, "terminate", held);
  define<release>(object, "release", held);
  define<shut>(object, "close", held);
  return object;
}

}  // namespace

void defineJob(Napi::Env env, Napi::Object exports) {
  exports.Set("createJob", Napi::Function::New<translated<createJob>>(env, "createJob"));
}

}  // namespace holdfast
