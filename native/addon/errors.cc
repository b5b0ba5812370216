#include "addon/errors.h"

#include <uv.h>

namespace holdfast {

Napi::Error nodeError(Napi::Env env, const OsError& error) {
  const int number = -error.number();
  std::string message =
      std::string(uv_err_name(number)) + ": " + uv_strerror(number) + ", " + error.call();
  if (!error.path().empty()) message += " '" + error.path() + '\'';
  Napi::Error result = Napi::Error::New(env, message);
  result.Set("errno", Napi::Number::New(env, number));
  result.Set("code", Napi::String::New(env, uv_err_name(number)));
  result.Set("syscall", Napi::String::New(env, error.call()));
  if (!error.path().empty()) result.Set("path", Napi::String::New(env, error.path()));
  return result;
}

}  // namespace holdfast
