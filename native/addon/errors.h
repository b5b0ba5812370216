// Errors as Node has them: the one place where a failure of the system becomes a JavaScript error.
#pragma once

#include <napi.h>

#include "core/os-error.h"

namespace holdfast {

// `EACCES: permission denied, open '/x'` with code, errno (negative), syscall and path.
Napi::Error nodeError(Napi::Env env, const OsError& error);

// Wraps a function of the addon so that an OsError is thrown as Node would throw it.
template <Napi::Value (*kFunction)(const Napi::CallbackInfo&)>
Napi::Value translated(const Napi::CallbackInfo& info) {
  try {
    return kFunction(info);
  } catch (const OsError& error) {
    throw nodeError(info.Env(), error);
  }
}

// Adds such a function to an object.
template <Napi::Value (*kFunction)(const Napi::CallbackInfo&)>
void define(Napi::Object object, const char* name) {
  object.Set(name, Napi::Function::New<translated<kFunction>>(object.Env(), name));
}

}  // namespace holdfast
