// Getting a processor soon on a machine on which hundreds of processes want one.
#pragma once

namespace holdfast {

// From now on this process gets a processor as soon as the system lets it when it wakes up. Nothing
// changes where the system permits nothing.
void bePrompt();

}  // namespace holdfast
