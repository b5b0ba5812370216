// Each system folder defines this.
#pragma once

namespace holdfast {

// Blocks every signal of this thread that can be blocked, also those that the C library keeps for
// itself and leaves out of every set (docs/gotchas.md#signals-that-the-c-library-keeps).
void blockEverySignal();

}  // namespace holdfast
