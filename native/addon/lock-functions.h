// lock(path) and tryLock(path) of lib/addon/binding.ts, over the file lock of either system.
#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <utility>

#include "addon/arguments.h"
#include "addon/errors.h"

namespace holdfast {

template <typename Lock>
struct LockFunctions {
  static Napi::Value release(const Napi::CallbackInfo& info) {
    static_cast<Lock*>(info.Data())->release();
    return info.Env().Undefined();
  }

  static Napi::Object objectFor(Napi::Env env, Lock lock) {
    Lock* held = std::make_unique<Lock>(std::move(lock)).release();
    Napi::Function function = Napi::Function::New<release>(env, "release", held);
    function.AddFinalizer([](Napi::Env, Lock* done) { const std::unique_ptr<Lock> freed(done); },
                          held);
    Napi::Object object = Napi::Object::New(env);
    object.Set("release", function);
    return object;
  }

  static Napi::Value wait(const Napi::CallbackInfo& info) {
    return objectFor(info.Env(), Lock::wait(stringIn(info[0], "path")));
  }

  static Napi::Value attempt(const Napi::CallbackInfo& info) {
    std::optional<Lock> lock = Lock::attempt(stringIn(info[0], "path"));
    return lock ? objectFor(info.Env(), std::move(*lock)) : info.Env().Undefined();
  }
};

template <typename Lock>
void defineLock(Napi::Object exports) {
  define<LockFunctions<Lock>::wait>(exports, "lock");
  define<LockFunctions<Lock>::attempt>(exports, "tryLock");
}

}  // namespace holdfast
