#include "core/os-error.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

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
    {EDQUOT, "EDQUOT"},
    {EUSERS, "EUSERS"},
};

std::string messageFor(std::string_view call, int number, std::string_view path) {
  std::string message = errorName(number) + ": " + std::strerror(number) + ", ";
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

std::string errorName(int number) {
  for (const auto& [candidate, name] : kErrorNames)
    if (candidate == number) return name;
  return 'E' + std::to_string(number);
}

}  // namespace holdfast
