// identityOf(pid) of lib/addon/binding.ts, over what either system tells of a process.
#pragma once

#include <napi.h>

#include <optional>

#include "addon/arguments.h"
#include "addon/errors.h"
#include "core/identity.h"

namespace holdfast {

template <std::optional<Identity> look(int)>
Napi::Value identityOfPid(const Napi::CallbackInfo& info) {
  const std::optional<Identity> found = look(intIn(info[0], "pid"));
  if (!found) return info.Env().Undefined();
  Napi::Object identity = Napi::Object::New(info.Env());
  identity.Set("pid", Napi::Number::New(info.Env(), found->pid));
  identity.Set("startTime", Napi::BigInt::New(info.Env(), found->startTime));
  return identity;
}

}  // namespace holdfast
