// The third voice of a launch in place: the child after the root has started. The owner is at work
// again and uses the C library in the same memory, so the child uses the kernel only
// (linux/kernel/raw.h) and becomes a program of its own. The first voice is the owner
// (launch-in-place.cc), the second the child while the owner stands still (child.cc).
#pragma once

namespace holdfast {

struct Plan;
struct InitPlan;

// `holdfast-guard resume`. Returns when the kernel refuses.
void becomeGuard(Plan& plan);
// `holdfast-guard init`. Returns when the kernel refuses.
void becomeInit(const InitPlan& plan);

}  // namespace holdfast
