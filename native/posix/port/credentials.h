// Changes the credentials of the calling process alone: what libc offers would change every thread
// of the process whose memory a child of vfork(2) shares (setuid(2), C library/kernel differences).
// Each system folder defines these. 0, or -1 with errno.
#pragma once

#include <cstdint>

namespace holdfast {

int dropOwnGroups();
int setOwnGid(std::uint32_t gid);
int setOwnUid(std::uint32_t uid);

}  // namespace holdfast
