// exitAfter(ms, code, words) of lib/addon/binding.ts: the end of this process at a moment, from a
// thread of its own. Whoever waits in the kernel for a file system that hangs runs no JavaScript
// and no handler of a signal; the end of a process needs neither.
#pragma once

#include <napi.h>
#include <uv.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>

#include "addon/arguments.h"
#include "addon/errors.h"
#include "core/os-error.h"

namespace holdfast {

inline std::atomic<unsigned> lastExitAfter{0};

// The words are written by a thread that is not waited for long: nobody may read standard error.
inline void endWith(int code, const std::string& words) {
  constexpr std::chrono::milliseconds kWriting{100};
  if (!words.empty()) {
    try {
      std::thread([words] { (void)std::fwrite(words.data(), 1, words.size(), stderr); }).detach();
      std::this_thread::sleep_for(kWriting);
    } catch (const std::system_error&) {
      // no thread is to be had: the end matters more
    }
  }
  std::_Exit(code);
}

// Only the last call counts; one without a time takes back what was called before.
inline Napi::Value exitAfter(const Napi::CallbackInfo& info) {
  if (info[0].IsUndefined()) {
    ++lastExitAfter;
    return info.Env().Undefined();
  }
  const std::chrono::milliseconds time{intIn(info[0], "ms")};
  const int code = intIn(info[1], "code");
  const std::string words = stringIn(info[2], "words");
  const unsigned own = ++lastExitAfter;
  try {
    std::thread([own, time, code, words] {
      std::this_thread::sleep_for(time);
      if (lastExitAfter == own) endWith(code, words);
    }).detach();
  } catch (const std::system_error&) {
    throw OsError("pthread_create", -UV_EAGAIN);
  }
  return info.Env().Undefined();
}

}  // namespace holdfast
