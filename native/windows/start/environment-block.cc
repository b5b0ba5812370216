#include "windows/start/environment-block.h"

#include <windows.h>

#include <algorithm>
#include <array>

#include "windows/wide-text.h"

namespace holdfast {

namespace {

constexpr std::array<const wchar_t*, 11> kExpected{
    L"HOMEDRIVE", L"HOMEPATH",   L"LOGONSERVER", L"PATH",        L"SYSTEMDRIVE", L"SYSTEMROOT",
    L"TEMP",      L"USERDOMAIN", L"USERNAME",    L"USERPROFILE", L"WINDIR"};

// A name may begin with '=': the current directories of drives are kept as "=C:=C:\dir".
std::wstring_view nameOf(const std::wstring& pair) {
  return std::wstring_view(pair).substr(0, pair.find(L'=', 1));
}

bool isBefore(const std::wstring& one, const std::wstring& other) {
  const std::wstring_view a = nameOf(one);
  const std::wstring_view b = nameOf(other);
  return CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(),
                              static_cast<int>(b.size()), TRUE) == CSTR_LESS_THAN;
}

const std::wstring* find(const std::vector<std::wstring>& pairs, std::wstring_view name) {
  for (const std::wstring& pair : pairs)
    if (sameIgnoringCase(nameOf(pair), name)) return &pair;
  return nullptr;
}

std::vector<std::wstring> widened(const std::vector<std::string>& pairs) {
  std::vector<std::wstring> wide;
  for (const std::string& pair : pairs)
    if (pair.find('=') != std::string::npos) wide.push_back(wideText(pair));
  return wide;
}

}  // namespace

std::wstring ownVariable(const wchar_t* name) {
  const DWORD needed = GetEnvironmentVariableW(name, nullptr, 0);
  if (needed == 0) return {};
  std::wstring value(needed, L'\0');
  value.resize(GetEnvironmentVariableW(name, value.data(), needed));
  return value;
}

std::wstring environmentBlock(const std::vector<std::string>& pairs) {
  std::vector<std::wstring> wide = widened(pairs);
  for (const wchar_t* name : kExpected) {
    if (find(wide, name) != nullptr) continue;
    const std::wstring value = ownVariable(name);
    if (!value.empty()) wide.push_back(std::wstring(name) + L'=' + value);
  }
  std::stable_sort(wide.begin(), wide.end(), isBefore);
  std::wstring block;
  for (const std::wstring& pair : wide) block.append(pair).push_back(L'\0');
  if (block.empty()) block.push_back(L'\0');
  return block.append(1, L'\0');
}

std::wstring variableIn(const std::vector<std::string>& pairs, std::wstring_view name) {
  const std::vector<std::wstring> wide = widened(pairs);
  if (const std::wstring* pair = find(wide, name)) return pair->substr(name.size() + 1);
  return ownVariable(std::wstring(name).c_str());
}

}  // namespace holdfast
