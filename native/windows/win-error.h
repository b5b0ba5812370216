// Failures of Windows in the numbers that libuv gives them, so that they reach JavaScript as
// errors of Node.
#pragma once

#include <windows.h>

#include <string_view>

#include "core/os-error.h"

namespace holdfast {

// Positive, as OsError has it: 4058 for ERROR_FILE_NOT_FOUND.
int uvNumberOf(DWORD error);

// Inside of Node its own libuv knows better than our table what it makes of an error
// (uv_translate_sys_error), and that differs between its versions.
void translateErrorsWith(int (*translate)(int error));

OsError windowsError(std::string_view call, DWORD error, std::string_view path = {});

// The error that the failed call has just left behind (GetLastError).
OsError lastError(std::string_view call, std::string_view path = {});

}  // namespace holdfast
