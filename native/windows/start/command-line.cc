#include "windows/start/command-line.h"

#include "windows/wide-text.h"

namespace holdfast {

namespace {

// Backslashes count only before a quotation mark
// (https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments).
std::wstring quoted(const std::wstring& argument) {
  if (argument.empty()) return L"\"\"";
  if (argument.find_first_of(L" \t\"") == std::wstring::npos) return argument;
  std::wstring text = L"\"";
  std::size_t backslashes = 0;
  for (wchar_t c : argument) {
    if (c == L'"') text.append(backslashes + 1, L'\\');
    backslashes = c == L'\\' ? backslashes + 1 : 0;
    text += c;
  }
  return text.append(backslashes, L'\\') + L'"';
}

}  // namespace

std::wstring commandLine(const std::vector<std::string>& arguments, Quoting quoting) {
  std::wstring line;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::wstring text = wideText(arguments[i]);
    if (i > 0) line += L' ';
    line += quoting == Quoting::verbatim ? text : quoted(text);
  }
  return line;
}

bool isBatchFile(std::wstring_view file) {
  const std::wstring_view name = file.substr(0, file.find_last_not_of(L". ") + 1);  // npos + 1 is 0
  if (name.size() < 4) return false;
  const std::wstring_view extension = name.substr(name.size() - 4);
  return sameIgnoringCase(extension, L".bat") || sameIgnoringCase(extension, L".cmd");
}

}  // namespace holdfast
