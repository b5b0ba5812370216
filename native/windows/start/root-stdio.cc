#include "windows/start/root-stdio.h"

#include <cstdint>
#include <cstring>

#include "windows/start/invocation.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

constexpr std::size_t kMostDescriptors = 255;  // the size of the block is a WORD, and libuv's limit

// Flags of a descriptor in the C runtime (its lowio, ioinfo.osfile).
constexpr std::uint8_t kOpen = 0x01;
constexpr std::uint8_t kPipe = 0x08;
constexpr std::uint8_t kDevice = 0x40;

std::uint8_t flagsFor(HANDLE handle) {
  if (handle == nullptr) return 0;
  switch (GetFileType(handle)) {
    case FILE_TYPE_DISK: return kOpen;
    case FILE_TYPE_PIPE: return kOpen | kPipe;
    default: return kOpen | kDevice;
  }
}

UniqueHandle inheritableCopy(HANDLE handle) {
  HANDLE copy = nullptr;
  const HANDLE self = GetCurrentProcess();
  if (handle == nullptr || handle == INVALID_HANDLE_VALUE)
    throw windowsError("DuplicateHandle", ERROR_INVALID_HANDLE);
  if (DuplicateHandle(self, handle, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS) == 0)
    throw lastError("DuplicateHandle");
  return UniqueHandle(copy);
}

UniqueHandle openNull(std::size_t index) {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  const DWORD access = index == 0 ? FILE_GENERIC_READ : FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES;
  UniqueHandle null(CreateFileW(L"NUL", access, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                                OPEN_EXISTING, 0, nullptr));
  if (!null) throw lastError("CreateFileW", "NUL");
  return null;
}

HANDLE inheritedDescriptor(std::size_t index) {
  const std::vector<void*> descriptors = inheritedDescriptors();
  return index < descriptors.size() ? descriptors[index] : nullptr;
}

// What this program itself was started with; nothing where it has none.
UniqueHandle ownStandard(std::size_t index) {
  constexpr DWORD kNames[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
  const HANDLE handle = index < 3 ? GetStdHandle(kNames[index]) : inheritedDescriptor(index);
  const bool none = handle == nullptr || handle == INVALID_HANDLE_VALUE;
  return none ? UniqueHandle() : inheritableCopy(handle);
}

}  // namespace

RootStdio::RootStdio(const std::vector<StdioEntry>& entries, const std::vector<HANDLE>& passed) {
  if (entries.size() > kMostDescriptors) throw windowsError("lpReserved2", ERROR_NOT_SUPPORTED);
  std::size_t next = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    switch (entries[i]) {
      case StdioEntry::passed:
        add(inheritableCopy(next < passed.size() ? passed[next++] : nullptr));
        break;
      case StdioEntry::null: add(openNull(i)); break;
      case StdioEntry::inherited: add(ownStandard(i)); break;
      case StdioEntry::closed: add({}); break;
    }
  }
  writeBlock();
}

HANDLE RootStdio::standard(std::size_t index) const {
  const HANDLE handle = index < table_.size() ? table_[index].get() : nullptr;
  return handle == nullptr ? INVALID_HANDLE_VALUE : handle;
}

void RootStdio::add(UniqueHandle handle) {
  if (handle) inheritable_.push_back(handle.get());
  table_.push_back(std::move(handle));
}

void RootStdio::writeBlock() {
  const auto count = static_cast<std::uint32_t>(table_.size());
  block_.assign(reinterpret_cast<const char*>(&count), sizeof count);
  for (const UniqueHandle& handle : table_) block_ += static_cast<char>(flagsFor(handle.get()));
  for (const UniqueHandle& handle : table_) {
    const HANDLE value = handle ? handle.get() : INVALID_HANDLE_VALUE;
    block_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
}

}  // namespace holdfast
