// System calls on x86-64 that touch nothing but the kernel: no errno, no lock, no memory of the C
// library, which a child that shares its maker's memory must not use while its maker does.
#pragma once

#include <sys/syscall.h>

#include <cstddef>

namespace holdfast {

// The result, or a negative errno.
inline long rawCall(long number, long first = 0, long second = 0, long third = 0, long fourth = 0,
                    long fifth = 0) {
  long result;
  register long r10 asm("r10") = fourth;
  register long r8 asm("r8") = fifth;
  asm volatile("syscall"
               : "=a"(result)
               : "0"(number), "D"(first), "S"(second), "d"(third), "r"(r10), "r"(r8)
               : "rcx", "r11", "memory");
  return result;
}

// The pid, or a negative errno. `arguments` names the child's stack: the child cannot return from
// the call as a forked one does and is taken by the hand here (clone(2), NOTES). `child` never
// returns.
inline long rawClone3(void* arguments, std::size_t size, void (*child)(void*), void* context) {
  long result;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "mov %[context], %%rdi\n\t"
      "call *%[child]\n\t"
      "hlt\n"
      "1:"
      : "=a"(result)
      : "0"(static_cast<long>(SYS_clone3)), "D"(arguments),
        "S"(size), [child] "r"(child), [context] "r"(context)
      : "rcx", "r11", "memory");
  return result;
}

}  // namespace holdfast
