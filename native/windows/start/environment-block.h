// The environment of a root in the form in which Windows takes it, with what programs rely on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

// Sorted by name without regard to case; what every program expects (SystemRoot, TEMP and so on)
// comes from our own environment when the caller left it out, as libuv does it.
std::wstring environmentBlock(const std::vector<std::string>& pairs);

// The value of a variable among `KEY=value` pairs, or else of our own; empty when it has none.
std::wstring variableIn(const std::vector<std::string>& pairs, std::wstring_view name);

// Of our own environment; empty when there is none.
std::wstring ownVariable(const wchar_t* name);

}  // namespace holdfast
