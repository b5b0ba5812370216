// For a process that goes on by itself.
#pragma once

namespace holdfast {

// It holds nothing of the user's and is in nobody's way: no descriptor, no terminal, no directory
// that could not be unmounted.
void stepAside();

}  // namespace holdfast
