// Values as they come from JavaScript. The TypeScript face has checked them for its users; here a
// wrong type still is a TypeError and never a crash.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast {

int intIn(const Napi::Value& value, const char* name);
std::uint64_t bigIntIn(const Napi::Value& value, const char* name);
std::string stringIn(const Napi::Value& value, const char* name);
std::vector<std::string> stringsIn(const Napi::Value& value, const char* name);
// Each a string, or the bytes of one that is not UTF-8.
std::vector<std::string> wordsIn(const Napi::Value& value, const char* name);
std::vector<int> intsIn(const Napi::Value& value, const char* name);

Napi::Array toArray(Napi::Env env, const std::vector<std::string>& strings);

}  // namespace holdfast
