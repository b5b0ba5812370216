#include "posix/port/credentials.h"

#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace holdfast {

int dropOwnGroups() { return static_cast<int>(syscall(SYS_setgroups, 0, nullptr)); }

int setOwnGid(std::uint32_t gid) { return static_cast<int>(syscall(SYS_setgid, gid)); }

int setOwnUid(std::uint32_t uid) { return static_cast<int>(syscall(SYS_setuid, uid)); }

// The kernel says so to every program (getauxval(3)).
bool isElevated() { return getuid() != 0 && getauxval(AT_SECURE) != 0; }

}  // namespace holdfast
