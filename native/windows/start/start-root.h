// Starts the program of a tree as a member of its job from birth.
#pragma once

#include "core/launch.h"
#include "windows/kernel/job.h"
#include "windows/unique-handle.h"

namespace holdfast {

// How the root became a member.
enum class Entry {
  atBirth,    // PROC_THREAD_ATTRIBUTE_JOB_LIST
  suspended,  // created suspended, assigned, resumed
};

struct StartedRoot {
  UniqueHandle process;
  Identity identity;
  Entry entry = Entry::atBirth;
  // Whether it may have a console that is not its starter's.
  bool ownConsole = false;
};

// `passed` for the stdio entries that are passed. Throws OsError whose call names the step:
// `CreateProcessW` and `DuplicateHandle` are the program's own affair, others the containment's.
StartedRoot startRoot(const Launch& launch, const Job& job, const std::vector<HANDLE>& passed);

}  // namespace holdfast
