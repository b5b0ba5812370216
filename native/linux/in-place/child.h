// The second voice of a launch in place: the child that shares the owner's memory while the owner
// stands still, so that the C library is the child's. It prepares the tree and starts the root.
#pragma once

namespace holdfast {

// `plan` is a Plan. Never returns: it becomes the guard, or ends where there is no root.
void liveAsChild(void* plan);

}  // namespace holdfast
