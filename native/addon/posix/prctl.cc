#include "addon/posix/prctl.h"

#include <cerrno>

#include "addon/arguments.h"
#include "addon/errors.h"
#include "core/os-error.h"
#include "posix/port/prctl.h"

namespace holdfast {

namespace {

using Info = Napi::CallbackInfo;

Napi::Value getParentDeathSignal(const Info& info) {
  return Napi::Number::New(info.Env(), parentDeathSignal());
}

Napi::Value putParentDeathSignal(const Info& info) {
  setParentDeathSignal(intIn(info[0], "signo"));
  return info.Env().Undefined();
}

Napi::Value getDumpable(const Info& info) { return Napi::Number::New(info.Env(), dumpable()); }

Napi::Value putDumpable(const Info& info) {
  setDumpable(intIn(info[0], "dumpable"));
  return info.Env().Undefined();
}

Napi::Value getNoNewPrivs(const Info& info) {
  return Napi::Boolean::New(info.Env(), noNewPrivileges());
}

Napi::Value putNoNewPrivs(const Info& info) {
  setNoNewPrivileges();
  return info.Env().Undefined();
}

Napi::Value getName(const Info& info) { return Napi::String::New(info.Env(), threadName()); }

Napi::Value putName(const Info& info) {
  setThreadName(stringIn(info[0], "name"));
  return info.Env().Undefined();
}

}  // namespace

void definePrctl(Napi::Env env, Napi::Object exports) {
  Napi::Object object = Napi::Object::New(env);
  define<getParentDeathSignal>(object, "getParentDeathSignal");
  define<putParentDeathSignal>(object, "setParentDeathSignal");
  define<getDumpable>(object, "getDumpable");
  define<putDumpable>(object, "setDumpable");
  define<getNoNewPrivs>(object, "getNoNewPrivs");
  define<putNoNewPrivs>(object, "setNoNewPrivs");
  define<getName>(object, "getName");
  define<putName>(object, "setName");
  exports.Set("prctl", object);
}

}  // namespace holdfast
