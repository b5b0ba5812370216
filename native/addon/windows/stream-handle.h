// The HANDLE under a stream of Node's, so that a root can inherit it.
#pragma once

#include <napi.h>

#include "windows/unique-handle.h"

namespace holdfast {

// A copy. Of a pipe or a console, as libuv passes them on; of everything else ENOTSUP, as there.
UniqueHandle handleOfStream(const Napi::Object& wrap);

}  // namespace holdfast
