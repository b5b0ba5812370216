#include "windows/start/pipe-pair.h"

#include <atomic>
#include <random>
#include <string>

#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr DWORD kBufferBytes = 65536;

// Nobody can guess it, and whoever was there first is noticed (FILE_FLAG_FIRST_PIPE_INSTANCE).
std::wstring newName() {
  static std::atomic<unsigned> count{0};
  static std::random_device random;
  return L"\\\\.\\pipe\\holdfast-" + std::to_wstring(GetCurrentProcessId()) + L"-" +
         std::to_wstring(++count) + L"-" + std::to_wstring(random()) + std::to_wstring(random());
}

}  // namespace

PipePair makePipePair(PipeEnd theirs) {
  const std::wstring name = newName();
  PipePair pair;
  pair.ours = UniqueHandle(CreateNamedPipeW(
      name.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
      PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, kBufferBytes,
      kBufferBytes, 0, nullptr));
  if (!pair.ours) throw lastError("CreateNamedPipeW");
  const DWORD flags = theirs == PipeEnd::overlapped ? FILE_FLAG_OVERLAPPED : 0;
  pair.theirs = UniqueHandle(CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                                         OPEN_EXISTING, flags, nullptr));
  if (!pair.theirs) throw lastError("CreateFileW");
  return pair;
}

}  // namespace holdfast
