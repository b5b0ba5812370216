// clone3(2) with CLONE_VM on x86-64: the child begins on a stack of its own, so it cannot return
// from the call as a forked one does and has to be taken by the hand here (clone(2), NOTES).
#pragma once

#include <sys/syscall.h>

#include <cstddef>

namespace holdfast {

// The pid, or a negative errno. `arguments` names the child's stack; `child` never returns.
inline long vforkClone3(void* arguments, std::size_t size, void (*child)(void*), void* context) {
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
