// Linked into the guard of a sanitized build only: it runs with an empty environment and without a stderr, so
// what the sanitizers need to know and where they may write stands here.

extern "C" const char* __asan_default_options() {
  // LeakSanitizer traces the process at its exit, which a guard in a PID namespace cannot bear.
  return "detect_leaks=0:abort_on_error=1:log_path=/tmp/holdfast-sanitizer";
}

extern "C" const char* __ubsan_default_options() {
  return "print_stacktrace=1:abort_on_error=1:log_path=/tmp/holdfast-sanitizer";
}
