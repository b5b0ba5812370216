#include "windows/start/program-search.h"

#include <windows.h>

#include <vector>

namespace holdfast {

namespace {

bool isFile(const std::wstring& path) {
  const DWORD attributes = GetFileAttributesW(longPath(path).c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

bool isSlash(wchar_t c) { return c == L'\\' || c == L'/'; }

bool hasDrive(const std::wstring& path) { return path.size() > 1 && path[1] == L':'; }

std::wstring absolute(const std::wstring& path) {
  const DWORD needed = GetFullPathNameW(path.c_str(), 0, nullptr, nullptr);
  std::wstring full(needed, L'\0');
  full.resize(GetFullPathNameW(path.c_str(), needed, full.data(), nullptr));
  return full;
}

std::wstring inside(const std::wstring& directory, const std::wstring& name) {
  if (hasDrive(name)) return absolute(name);
  if (!name.empty() && isSlash(name[0])) {
    const bool onDrive = hasDrive(directory) && (name.size() < 2 || !isSlash(name[1]));
    return absolute(onDrive ? directory.substr(0, 2) + name : name);
  }
  return absolute(directory + L'\\' + name);
}

std::optional<std::wstring> withExtension(const std::wstring& path) {
  const std::size_t name = path.find_last_of(L"\\/:") + 1;  // npos + 1 is 0
  const std::size_t dot = path.find(L'.', name);
  const bool extended = dot != std::wstring::npos && dot + 1 < path.size();
  if (extended && isFile(path)) return path;
  for (const wchar_t* extension : {L".com", L".exe"})
    if (isFile(path + extension)) return path + extension;
  return std::nullopt;
}

// Entries may stand in quotation marks, within which a semicolon separates nothing.
std::vector<std::wstring> directoriesIn(const std::wstring& path) {
  std::vector<std::wstring> directories{L""};
  bool isQuoted = false;
  for (wchar_t c : path) {
    if (c == L'"')
      isQuoted = !isQuoted;
    else if (c == L';' && !isQuoted)
      directories.emplace_back();
    else
      directories.back() += c;
  }
  return directories;
}

}  // namespace

std::wstring longPath(const std::wstring& path) {
  if (path.size() < MAX_PATH - 12 || path.compare(0, 4, L"\\\\?\\") == 0) return path;
  const std::wstring full = absolute(path);
  const bool isShare = full.compare(0, 2, L"\\\\") == 0;
  return isShare ? L"\\\\?\\UNC" + full.substr(1) : L"\\\\?\\" + full;
}

std::optional<std::wstring> findProgram(const ProgramSearch& search) {
  const std::wstring& file = search.file;
  if (file.empty() || file == L".") return std::nullopt;
  if (file.find_first_of(L"\\/:") != std::wstring::npos)
    return withExtension(inside(search.directory, file));
  if (NeedCurrentDirectoryForExePathW(file.c_str()) != 0)
    if (auto found = withExtension(inside(search.directory, file))) return found;
  for (const std::wstring& directory : directoriesIn(search.path)) {
    if (directory.empty()) continue;
    if (auto found = withExtension(inside(inside(search.directory, directory), file))) return found;
  }
  return std::nullopt;
}

}  // namespace holdfast
