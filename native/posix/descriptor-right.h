// How many descriptors this process may have (RLIMIT_NOFILE, getrlimit(2)). Whoever has its uid may
// take that right away from outside (docs/gotchas.md#a-guard-that-can-open-nothing).
#pragma once

namespace holdfast {

// Takes back as much of it as a guard needs and the system gives: root's everything, else what
// somebody has left to be taken.
void takeDescriptorRight();

// Whether it has none left, or the machine has none: whatever there may be, it cannot be opened.
bool descriptorsLack();

}  // namespace holdfast
