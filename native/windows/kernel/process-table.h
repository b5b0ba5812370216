// Every process the system shows, and who a process is: its pid and the time of its creation.
#pragma once

#include <optional>
#include <vector>

#include "core/member.h"
#include "windows/unique-handle.h"

namespace holdfast {

struct ProcessRow {
  Member process;  // without its start time: identityOf() has to ask each process itself
  unsigned session = 0;
};

// Without the idle process. One snapshot (CreateToolhelp32Snapshot). Throws OsError.
std::vector<ProcessRow> processTable();

// The time of creation in units of 100 ns since 1601 (FILETIME). 0 when the system does not tell.
std::uint64_t startTimeOf(HANDLE process);
// The running process with that pid; nothing when there is none, or it may not be looked at.
std::optional<Identity> identityOf(int pid);
Identity ownIdentity();

// What this very process is and uses; nothing when it is dead, or another has its pid.
std::optional<Member> memberNow(const Identity& identity);

// A handle to exactly this process. Nothing when it has gone.
UniqueHandle openProcess(const Identity& identity, DWORD access);

bool hasExited(HANDLE process);

// What a process has used: its CPU time, its resident memory, its age.
void measure(HANDLE process, Member& member);

}  // namespace holdfast
