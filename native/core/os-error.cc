#include "core/os-error.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/uv-errors.h"

namespace holdfast {

namespace {

constexpr std::pair<int, const char*> kErrorNames[] = {
    {EPERM, "EPERM"},
    {ENOENT, "ENOENT"},
    {ESRCH, "ESRCH"},
    {EINTR, "EINTR"},
    {EIO, "EIO"},
    {ENXIO, "ENXIO"},
    {E2BIG, "E2BIG"},
    {ENOEXEC, "ENOEXEC"},
    {EBADF, "EBADF"},
    {ECHILD, "ECHILD"},
    {EAGAIN, "EAGAIN"},
    {ENOMEM, "ENOMEM"},
    {EACCES, "EACCES"},
    {EFAULT, "EFAULT"},
    {EBUSY, "EBUSY"},
    {EEXIST, "EEXIST"},
    {ENODEV, "ENODEV"},
    {ENOTDIR, "ENOTDIR"},
    {EISDIR, "EISDIR"},
    {EINVAL, "EINVAL"},
    {ENFILE, "ENFILE"},
    {EMFILE, "EMFILE"},
    {ETXTBSY, "ETXTBSY"},
    {ENOSPC, "ENOSPC"},
    {EROFS, "EROFS"},
    {EPIPE, "EPIPE"},
    {ENAMETOOLONG, "ENAMETOOLONG"},
    {ENOSYS, "ENOSYS"},
    {ELOOP, "ELOOP"},
    {EOPNOTSUPP, "EOPNOTSUPP"},
    {ETIMEDOUT, "ETIMEDOUT"},
    {ECONNRESET, "ECONNRESET"},
    {EPROTO, "EPROTO"},
};

struct UvError {
  int number;
  const char* name;
  const char* message;
};

constexpr UvError kUvErrors[] = {
    {uv::kE2BIG, "E2BIG", "argument list too long"},
    {uv::kEACCES, "EACCES", "permission denied"},
    {uv::kEBADF, "EBADF", "bad file descriptor"},
    {uv::kEBUSY, "EBUSY", "resource busy or locked"},
    {uv::kEEXIST, "EEXIST", "file already exists"},
    {uv::kEFTYPE, "EFTYPE", "inappropriate file type or format"},
    {uv::kEINVAL, "EINVAL", "invalid argument"},
    {uv::kEMFILE, "EMFILE", "too many open files"},
    {uv::kENAMETOOLONG, "ENAMETOOLONG", "name too long"},
    {uv::kENOENT, "ENOENT", "no such file or directory"},
    {uv::kENOMEM, "ENOMEM", "not enough memory"},
    {uv::kENOSPC, "ENOSPC", "no space left on device"},
    {uv::kENOSYS, "ENOSYS", "function not implemented"},
    {uv::kENOTSUP, "ENOTSUP", "operation not supported"},
    {uv::kEPERM, "EPERM", "operation not permitted"},
    {uv::kEPIPE, "EPIPE", "broken pipe"},
    {uv::kEROFS, "EROFS", "read-only file system"},
    {uv::kESRCH, "ESRCH", "no such process"},
    {uv::kETIMEDOUT, "ETIMEDOUT", "timed out"},
    {uv::kUnknown, "UNKNOWN", "unknown error"},
};

const UvError* uvErrorOf(int number) {
  for (const UvError& candidate : kUvErrors)
    if (candidate.number == number) return &candidate;
  return nullptr;
}

std::string messageFor(std::string_view call, int number, std::string_view path) {
  std::string message = errorName(number) + ": " + errorMessage(number) + ", ";
  message.append(call);
  if (!path.empty()) message.append(" '").append(path).append("'");
  return message;
}

}  // namespace

OsError::OsError(std::string_view call, int number, std::string_view path)
    : std::runtime_error(messageFor(call, number, path)),
      call_(call),
      path_(path),
      number_(number) {}

OsError OsError::last(std::string_view call, std::string_view path) {
  return OsError(call, errno, path);
}

std::string errorMessage(int number) {
  const UvError* known = uvErrorOf(number);
  return known == nullptr ? std::strerror(number) : known->message;
}

std::string errorName(int number) {
  for (const auto& [candidate, name] : kErrorNames)
    if (candidate == number) return name;
  if (const UvError* known = uvErrorOf(number)) return known->name;
  return 'E' + std::to_string(number);
}

}  // namespace holdfast
