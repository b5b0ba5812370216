// The credentials of the calling process alone: what libc offers would change every thread of the
// process whose memory a child of vfork(2) shares (setuid(2), C library/kernel differences).
#pragma once

#include <cstdint>

namespace holdfast {

// 0, or -1 with errno.
int dropOwnGroups();
int setOwnGid(std::uint32_t gid);
int setOwnUid(std::uint32_t uid);

// Whether the program came with rights that its caller has not: a set-user-ID or set-group-ID bit,
// file capabilities, a security module. Whom root has started has gained nothing.
bool isElevated();

}  // namespace holdfast
