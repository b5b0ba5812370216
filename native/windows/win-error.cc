#include "windows/win-error.h"

#include <utility>

#include "core/uv-errors.h"

namespace holdfast {

namespace {

// ERROR_ELEVATION_REQUIRED, which the headers of mingw-w64 lack (winerror.h).
constexpr DWORD kElevationRequired = 740;

// As libuv's uv_translate_sys_error() maps them (docs/gotchas.md#errors-of-windows).
constexpr std::pair<DWORD, int> kNumbers[] = {
    {ERROR_FILE_NOT_FOUND, uv::kENOENT},
    {ERROR_PATH_NOT_FOUND, uv::kENOENT},
    {ERROR_DIRECTORY, uv::kENOENT},
    {ERROR_INVALID_NAME, uv::kENOENT},
    {ERROR_BAD_PATHNAME, uv::kENOENT},
    {ERROR_INVALID_DRIVE, uv::kENOENT},
    {ERROR_MOD_NOT_FOUND, uv::kENOENT},
    {ERROR_ACCESS_DENIED, uv::kEPERM},
    {ERROR_PRIVILEGE_NOT_HELD, uv::kEPERM},
    {kElevationRequired, uv::kEACCES},
    {ERROR_NOACCESS, uv::kEACCES},
    {ERROR_BAD_EXE_FORMAT, uv::kEFTYPE},
    {ERROR_INVALID_HANDLE, uv::kEBADF},
    {ERROR_TOO_MANY_OPEN_FILES, uv::kEMFILE},
    {ERROR_NOT_ENOUGH_MEMORY, uv::kENOMEM},
    {ERROR_OUTOFMEMORY, uv::kENOMEM},
    {ERROR_NO_SYSTEM_RESOURCES, uv::kENOMEM},
    {ERROR_COMMITMENT_LIMIT, uv::kENOMEM},
    {ERROR_INVALID_PARAMETER, uv::kEINVAL},
    {ERROR_INSUFFICIENT_BUFFER, uv::kEINVAL},
    {ERROR_FILENAME_EXCED_RANGE, uv::kENAMETOOLONG},
    {ERROR_NOT_SUPPORTED, uv::kENOTSUP},
    {ERROR_CALL_NOT_IMPLEMENTED, uv::kENOSYS},
    {ERROR_SHARING_VIOLATION, uv::kEBUSY},
    {ERROR_LOCK_VIOLATION, uv::kEBUSY},
    {ERROR_PIPE_BUSY, uv::kEBUSY},
    {ERROR_BROKEN_PIPE, uv::kEPIPE},
    {ERROR_NO_DATA, uv::kEPIPE},
    {ERROR_ALREADY_EXISTS, uv::kEEXIST},
    {ERROR_FILE_EXISTS, uv::kEEXIST},
    {ERROR_DISK_FULL, uv::kENOSPC},
    {ERROR_WRITE_PROTECT, uv::kEROFS},
    {ERROR_SEM_TIMEOUT, uv::kETIMEDOUT},
    {WAIT_TIMEOUT, uv::kETIMEDOUT},
};

int (*translateByLibuv)(int) = nullptr;

}  // namespace

void translateErrorsWith(int (*translate)(int)) { translateByLibuv = translate; }

int uvNumberOf(DWORD error) {
  if (translateByLibuv != nullptr) return -translateByLibuv(static_cast<int>(error));
  for (const auto& [candidate, number] : kNumbers)
    if (candidate == error) return number;
  return uv::kUnknown;
}

OsError windowsError(std::string_view call, DWORD error, std::string_view path) {
  return OsError(call, uvNumberOf(error), path);
}

OsError lastError(std::string_view call, std::string_view path) {
  return windowsError(call, GetLastError(), path);
}

}  // namespace holdfast
