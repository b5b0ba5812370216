// Finds the file of a program as libuv does: the name as given when it has an extension, then with
// .com and .exe; in the working directory, then along PATH.
#pragma once

#include <optional>
#include <string>

namespace holdfast {

struct ProgramSearch {
  std::wstring file;       // as the caller named it
  std::wstring directory;  // where the root will work, absolute
  std::wstring path;       // the PATH of the root
};

// Absolute. Nothing when there is no such file.
std::optional<std::wstring> findProgram(const ProgramSearch& search);

// A path that is too long for most calls, in the form that none of them refuses
// (https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation).
std::wstring longPath(const std::wstring& path);

}  // namespace holdfast
