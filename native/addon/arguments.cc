#include "addon/arguments.h"

namespace holdfast {

namespace {

void require(bool holds, const Napi::Value& value, const char* name, const char* type) {
  if (!holds) throw Napi::TypeError::New(value.Env(), std::string(name) + " has to be " + type);
}

Napi::Array arrayIn(const Napi::Value& value, const char* name) {
  require(value.IsArray(), value, name, "an array");
  return value.As<Napi::Array>();
}

std::string wordIn(const Napi::Value& value, const char* name) {
  if (!value.IsBuffer()) return stringIn(value, name);
  const auto bytes = value.As<Napi::Buffer<char>>();
  return {bytes.Data(), bytes.Length()};
}

}  // namespace

int intIn(const Napi::Value& value, const char* name) {
  require(value.IsNumber(), value, name, "a number");
  return value.As<Napi::Number>().Int32Value();
}

std::uint64_t bigIntIn(const Napi::Value& value, const char* name) {
  require(value.IsBigInt(), value, name, "a bigint");
  bool lossless = false;
  const std::uint64_t number = value.As<Napi::BigInt>().Uint64Value(&lossless);
  require(lossless, value, name, "a bigint from 0 to 2n ** 64n - 1n");
  return number;
}

std::string stringIn(const Napi::Value& value, const char* name) {
  require(value.IsString(), value, name, "a string");
  std::string text = value.As<Napi::String>().Utf8Value();
  require(text.find('\0') == std::string::npos, value, name, "a string without NUL bytes");
  return text;
}

std::vector<std::string> stringsIn(const Napi::Value& value, const char* name) {
  const Napi::Array array = arrayIn(value, name);
  std::vector<std::string> strings;
  for (std::uint32_t i = 0; i < array.Length(); ++i)
    strings.push_back(stringIn(array.Get(i), name));
  return strings;
}

std::vector<std::string> wordsIn(const Napi::Value& value, const char* name) {
  const Napi::Array array = arrayIn(value, name);
  std::vector<std::string> words;
  for (std::uint32_t i = 0; i < array.Length(); ++i) words.push_back(wordIn(array.Get(i), name));
  return words;
}

std::vector<int> intsIn(const Napi::Value& value, const char* name) {
  const Napi::Array array = arrayIn(value, name);
  std::vector<int> numbers;
  for (std::uint32_t i = 0; i < array.Length(); ++i) numbers.push_back(intIn(array.Get(i), name));
  return numbers;
}

Napi::Array toArray(Napi::Env env, const std::vector<std::string>& strings) {
  Napi::Array array = Napi::Array::New(env, strings.size());
  for (std::uint32_t i = 0; i < strings.size(); ++i)
    array.Set(i, Napi::String::New(env, strings[i]));
  return array;
}

}  // namespace holdfast
