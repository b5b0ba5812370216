// Being served soon on a machine on which hundreds want a processor.
#pragma once

namespace holdfast {

// From now on this process waits as shortly as it may when it wakes up. Where nothing is
// permitted, nothing changes.
void bePrompt();

}  // namespace holdfast
