// System calls on arm64 that touch nothing but the kernel: no errno, no lock, no memory of the C
// library, which a child that shares its maker's memory must not use while its maker does.
#pragma once

#include <sys/syscall.h>

#include <cstddef>

namespace holdfast {

// The result, or a negative errno.
inline long rawCall(long number, long first = 0, long second = 0, long third = 0, long fourth = 0,
                    long fifth = 0) {
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = first;
  register long x1 asm("x1") = second;
  register long x2 asm("x2") = third;
  register long x3 asm("x3") = fourth;
  register long x4 asm("x4") = fifth;
  asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}

// The pid, or a negative errno. `arguments` names the child's stack: the child cannot return from
// the call as a forked one does and is taken by the hand here (clone(2), NOTES). `child` never
// returns.
inline long rawClone3(void* arguments, std::size_t size, void (*child)(void*), void* context) {
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
