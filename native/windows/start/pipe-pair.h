// A connected pair of pipe ends for one stdio entry.
#pragma once

#include "windows/unique-handle.h"

namespace holdfast {

// Which end the root gets. libuv in the root needs an overlapped one for IPC.
enum class PipeEnd { plain, overlapped };

struct PipePair {
  UniqueHandle ours;    // overlapped, as libuv wants it
  UniqueHandle theirs;  // not inheritable yet
};

// Throws OsError.
PipePair makePipePair(PipeEnd theirs);

}  // namespace holdfast
