#!/usr/bin/env bash
# `scripts/test-node-suite.sh [seam|portable] [node]`: runs the child_process tests of Node's own test suite, as they come in
# Debian's source package of nodejs, with every spawn of theirs contained. Each runs plain first: what fails there says nothing.
# Exits with 0 when nothing differs but the tests of deliberate differences, which are named below.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly path=${1:-seam} node=${2:-$(command -v node)} project=$PWD
declare -A SUITES=([20]=trixie [22]=sid [24]=forky)

# A detached child that outlives its parent is what containment is there to prevent.
readonly DELIBERATE=(test-child-process-detached.js test-child-process-fork-detached.js)

work=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-node-suite-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/source"

major=$("$node" -p 'process.versions.node.split(".")[0]')
suite=${SUITES[$major]:-}
[ -n "$suite" ] || { echo "no source package is known for Node $major, only for ${!SUITES[*]}" >&2; exit 64; }

# The machine's own way to Debian, for the source package of another suite.
download() {
  local list=$work/debian.sources apt
  sed -n '/^$/q; s/^Types:.*/Types: deb-src/; s/^Suites:.*/Suites: '"$suite"'/; p' /etc/apt/sources.list.d/debian.sources >"$list"
  apt=(-qq -o "Dir::Etc::sourcelist=$list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root)
  apt-get "${apt[@]}" update
  (cd "$work/source" && apt-get "${apt[@]}" source --download-only --tar-only nodejs)
  tar -xJf "$work"/source/nodejs_*.orig.tar.xz -C "$work/source" --strip-components=1 --wildcards \
    '*/test/common' '*/test/fixtures' '*/test/parallel/test-child-process*' '*/test/sequential/test-child-process*'
}

passes() {
  local test=$1 flags
  shift
  flags=$(sed -n 's,^// Flags:,,p' "$test" | head -n 1)
  # shellcheck disable=SC2086 # several flags in one line
  NODE_TEST_DIR=$work HOLDFAST_HOME=$work/home timeout 60 "$node" $flags "$@" "$test" </dev/null >"$work/output" 2>&1
}

download
[ "$path" = portable ] && export HOLDFAST_FORCE_PORTABLE=1
cd "$work/source/test"
passed=0 failed=0 skipped=0
for test in {parallel,sequential}/test-child-process*.{js,mjs}; do
  [ -e "$test" ] || continue
  if ! passes "$test"; then
    skipped=$((skipped + 1)) && echo "skipped, fails without holdfast: $test"
  elif passes "$test" --require "$project/test/drop-in/node/contain-everything.cjs"; then
    passed=$((passed + 1))
  elif [[ " ${DELIBERATE[*]} " == *" ${test##*/} "* ]]; then
    skipped=$((skipped + 1)) && echo "skipped, a deliberate difference: $test"
  else
    failed=$((failed + 1)) && echo "FAILED: $test" && head -n 15 "$work/output"
  fi
done
echo "Node $("$node" -p process.version), $path: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
