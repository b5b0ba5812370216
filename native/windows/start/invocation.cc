#include "windows/start/invocation.h"

#include <windows.h>

#include <shellapi.h>

#include <cstdint>
#include <cstring>
#include <cwchar>
#include <memory>

#include "windows/unique-handle.h"
#include "windows/wide-text.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr BYTE kOpenDescriptor = 0x01;  // in the C runtime (its lowio, ioinfo.osfile)

struct LocalMemory {
  void operator()(void* memory) const { LocalFree(memory); }
};

struct EnvironmentStrings {
  void operator()(wchar_t* strings) const { FreeEnvironmentStringsW(strings); }
};

}  // namespace

std::string ownFile() {
  std::wstring path(32768, L'\0');  // the longest there is
  path.resize(GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
  return narrowText(path);
}

std::vector<std::string> ownArguments() {
  int count = 0;
  const std::unique_ptr<wchar_t*, LocalMemory> words(CommandLineToArgvW(GetCommandLineW(), &count));
  if (!words) throw lastError("CommandLineToArgvW");
  std::vector<std::string> arguments;
  for (int i = 0; i < count; ++i) arguments.push_back(narrowText(words.get()[i]));
  return arguments;
}

std::vector<std::string> ownEnvironment() {
  const std::unique_ptr<wchar_t, EnvironmentStrings> block(GetEnvironmentStringsW());
  if (!block) throw lastError("GetEnvironmentStringsW");
  std::vector<std::string> pairs;
  for (const wchar_t* pair = block.get(); *pair != L'\0'; pair += std::wcslen(pair) + 1)
    pairs.push_back(narrowText(pair));
  return pairs;
}

std::vector<void*> inheritedDescriptors() {
  STARTUPINFOW startup{};
  GetStartupInfoW(&startup);
  std::uint32_t count = 0;
  std::vector<void*> descriptors;
  if (startup.cbReserved2 < sizeof count || startup.lpReserved2 == nullptr) return descriptors;
  std::memcpy(&count, startup.lpReserved2, sizeof count);
  if (startup.cbReserved2 < sizeof count + count * (1 + sizeof(HANDLE))) return descriptors;
  const BYTE* flags = startup.lpReserved2 + sizeof count;
  for (std::uint32_t i = 0; i < count; ++i) {
    HANDLE handle = nullptr;
    std::memcpy(&handle, flags + count + i * sizeof handle, sizeof handle);
    const bool open = (flags[i] & kOpenDescriptor) != 0 && handle != INVALID_HANDLE_VALUE;
    descriptors.push_back(open ? handle : nullptr);
  }
  return descriptors;
}

void letGoOfStreams() {
  const HANDLE errors = GetStdHandle(STD_ERROR_HANDLE);
  for (DWORD name : {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE}) {
    const HANDLE stream = GetStdHandle(name);
    if (stream == errors) continue;
    (void)SetStdHandle(name, nullptr);
    const UniqueHandle closed(stream);
  }
}

}  // namespace holdfast
