#include "posix/port/promptness.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace holdfast {

namespace {

// As sched_setattr(2) takes it; the C library has no name for it before glibc 2.41.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = 0;  // SCHED_OTHER
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;  // of SCHED_OTHER: the length of a slice (Linux 6.12)
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

constexpr std::uint64_t kShortestSliceNs = 100000;
constexpr int kHighest = -20;

bool schedule(int nice) {
  SchedulingAttributes wanted;
  wanted.nice = nice;
  wanted.runtime = kShortestSliceNs;
  return syscall(SYS_sched_setattr, 0, &wanted, 0) == 0;
}

}  // namespace

// Whoever asks for short slices is served earlier and gets no more in all, so anybody may; a
// higher priority is for those who are permitted (docs/gotchas.md#fork-storms).
void bePrompt() {
  if (sched_getscheduler(0) != SCHED_OTHER) return;  // somebody has chosen
  if (!schedule(kHighest)) (void)schedule(getpriority(PRIO_PROCESS, 0));
}

}  // namespace holdfast
