#include "windows/records/record-directory.h"

#include <windows.h>

#include <shlobj.h>

#include <array>

#include "windows/own-user.h"
#include "windows/start/environment-block.h"
#include "windows/start/program-search.h"
#include "windows/wide-text.h"
#include "windows/win-error.h"

namespace holdfast {

namespace {

// A drive or a share.
bool isAbsolute(const std::wstring& path) {
  return path.size() > 2 && (path.substr(1, 2) == L":\\" || path.substr(1, 2) == L":/" ||
                             path.substr(0, 2) == L"\\\\");
}

// Throws OsError when this user has none.
std::wstring baseFor(const std::string& home) {
  const std::wstring wanted = wideText(home);
  if (isAbsolute(wanted)) return wanted;
  std::array<wchar_t, MAX_PATH> path{};
  if (SHGetFolderPathW(nullptr, CSIDL_LOCAL_APPDATA, nullptr, SHGFP_TYPE_CURRENT, path.data()) !=
      S_OK)
    throw windowsError("SHGetFolderPathW", ERROR_PATH_NOT_FOUND);
  return std::wstring(path.data()) + L"\\holdfast";
}

void makePrivate(const std::wstring& path) {
  OnlyOwnUser user;
  if (CreateDirectoryW(longPath(path).c_str(), user.attributes()) == 0 &&
      GetLastError() != ERROR_ALREADY_EXISTS)
    throw lastError("CreateDirectoryW", narrowText(path));
}

// What leads elsewhere is no place for state.
void requireDirectory(const std::wstring& path) {
  const DWORD attributes = GetFileAttributesW(longPath(path).c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES)
    throw lastError("GetFileAttributesW", narrowText(path));
  const bool isPlain = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
                       (attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0;
  if (!isPlain) throw windowsError("GetFileAttributesW", ERROR_DIRECTORY, narrowText(path));
}

}  // namespace

std::string homeFromEnvironment() { return narrowText(ownVariable(L"HOLDFAST_HOME")); }

std::string recordDirectory(const std::string& home) {
  const std::wstring base = baseFor(home);
  const std::wstring path = base + L"\\run";
  makePrivate(base);
  makePrivate(path);
  requireDirectory(path);
  return narrowText(path);
}

std::optional<std::string> findRecordDirectory(const std::string& home) {
  const std::wstring path = baseFor(home) + L"\\run";
  if (GetFileAttributesW(longPath(path).c_str()) == INVALID_FILE_ATTRIBUTES) return std::nullopt;
  requireDirectory(path);
  return narrowText(path);
}

std::string machineId() {
  std::array<wchar_t, 64> text{};
  DWORD size = sizeof text;
  constexpr DWORD kFlags = RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY;
  const LSTATUS status = RegGetValueW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Cryptography",
                                      L"MachineGuid", kFlags, nullptr, text.data(), &size);
  return status == ERROR_SUCCESS ? narrowText(text.data()) : std::string();
}

}  // namespace holdfast
