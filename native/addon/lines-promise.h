// A promise for lines that are worked out on a thread of libuv's pool.
#pragma once

#include <napi.h>

#include <functional>
#include <string>
#include <vector>

namespace holdfast {

// `work` may throw OsError, which rejects the promise as Node would.
Napi::Value promiseOfLines(Napi::Env env, std::function<std::vector<std::string>()> work);

}  // namespace holdfast
