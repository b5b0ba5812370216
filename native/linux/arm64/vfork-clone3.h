// clone3(2) with CLONE_VM on arm64: the child begins on a stack of its own, so it cannot return
// from the call as a forked one does and has to be taken by the hand here (clone(2), NOTES).
#pragma once

#include <sys/syscall.h>

#include <cstddef>

namespace holdfast {

// The pid, or a negative errno. `arguments` names the child's stack; `child` never returns.
inline long vforkClone3(void* arguments, std::size_t size, void (*child)(void*), void* context) {
  register long number asm("x8") = SYS_clone3;
  register void* first asm("x0") = arguments;
  register std::size_t second asm("x1") = size;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x0, %[context]\n\t"
      "blr %[child]\n\t"
      "brk #0\n"
      "1:"
      : "+r"(first)
      : "r"(number), "r"(second), [child] "r"(child), [context] "r"(context)
      : "memory");
  return reinterpret_cast<long>(first);
}

}  // namespace holdfast
