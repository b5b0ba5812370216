// Arguments as one command line, written so that the C runtime of the program reads back exactly
// the same arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

enum class Quoting { quoted, verbatim };

std::wstring commandLine(const std::vector<std::string>& arguments, Quoting quoting);

// A batch file is run by cmd.exe, which reads the same line by rules of its own: no quoting is
// safe there (CVE-2024-27980). Windows takes trailing dots and spaces off a name.
bool isBatchFile(std::wstring_view file);

}  // namespace holdfast
