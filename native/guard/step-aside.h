// For a process that goes on by itself.
#pragma once

namespace holdfast {

// Gives up everything of the user's: descriptors, the terminal, and the working directory, which
// could not be unmounted otherwise.
void stepAside();

}  // namespace holdfast
