#!/usr/bin/env bash
# Runs the tests against an addon and a guard built with AddressSanitizer and UndefinedBehaviorSanitizer, in a copy of the
# tree, so that the ordinary build stays. Arguments go to mocha. Reports are in /tmp/holdfast-sanitizer.*
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

copy=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-sanitized-XXXXXX")
trap 'rm -rf "$copy"' EXIT
chmod 755 "$copy"
git ls-files --cached --others --exclude-standard -z | xargs -0 -r sh -c '
  for file; do [ ! -e "$file" ] || cp --parents -a "$file" "$0"; done' "$copy"
ln -s "$PWD/node_modules" "$copy/node_modules"
cd "$copy"

export HOLDFAST_SANITIZERS=address,undefined
node scripts/build.mjs native ts tests
rm -f /tmp/holdfast-sanitizer.*

# Node itself is not sanitized, so the runtime has to be there before the addon is loaded. Node and V8 never free everything.
status=0
for configuration in .mocharc.cjs test/tools/.mocharc.cjs test/busy/.mocharc.cjs; do
env LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libubsan.so)" \
  ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:handle_segv=0:log_path=/tmp/holdfast-sanitizer UBSAN_OPTIONS=print_stacktrace=1:abort_on_error=1 \
  node node_modules/mocha/bin/mocha.js --config "$configuration" "$@" || status=$?
done

for report in /tmp/holdfast-sanitizer.*; do
  # That a stack is not the thread's own, as that of a launch is not, is a warning and no finding.
  grep -qsvE 'WARNING: ASan is ignoring requested __asan_handle_no_return|^False positive error|^For details see' "$report" || continue
  status=1
  printf '\n== %s\n' "$report"
  cat "$report"
done
exit "$status"
