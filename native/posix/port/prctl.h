// Attributes of the calling process or thread, in the kernel's words (prctl(2)). On a system
// without them every call throws OsError ENOTSUP.
#pragma once

#include <string>

namespace holdfast {

// The signal this thread's process gets when the thread that made it ends; 0: none.
int parentDeathSignal();
void setParentDeathSignal(int signo);
int dumpable();
void setDumpable(int value);
// Whether others of the same user may trace this process and look into it
// (docs/gotchas.md#a-process-that-may-not-be-dumped). They may again after an exec.
void denyTracing();
void allowTracing();
bool noNewPrivileges();
void setNoNewPrivileges();
// Of the calling thread; at most 15 bytes, longer ones are cut.
std::string threadName();
void setThreadName(const std::string& name);

}  // namespace holdfast
