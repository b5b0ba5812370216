#!/usr/bin/env bash
# `holdfast schedule` with a real systemd user manager: installed, listed, run, changed and removed. Needs root, systemd and
# a machine that systemd does not run. The manager gets a mount namespace and cgroups of its own, for it moves whatever
# else is in its cgroup (cgroup.c, manager_setup_cgroup). Not part of the tests: those are to touch nothing outside.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly NAME=holdfast-test-manager-$$
readonly HIERARCHIES=(/sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup)

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

remove_cgroups() {
  local top
  for top in /sys/fs/cgroup /sys/fs/cgroup/*/; do
    [ ! -d "$top/$NAME" ] || find "$top/$NAME" -depth -type d -exec rmdir {} +
  done
}

enter_own_cgroups() {
  local top entered=0
  for top in "${HIERARCHIES[@]}"; do
    [ -e "$top/cgroup.procs" ] || continue
    mkdir "$top/$NAME"
    echo "$BASHPID" > "$top/$NAME/cgroup.procs"
    entered=1
  done
  [ $entered = 1 ] || fail 'there is no hierarchy of cgroups that a manager could use'
  ! grep -E '^(0:|[0-9]+:name=systemd):' /proc/self/cgroup | grep -qv "/$NAME$" || fail 'the manager would not be alone in its cgroup'
}

await() {
  local tries
  for tries in $(seq 100); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  fail "still not true after ten seconds: $*"
}

passed() { echo "[PASS] $1"; }

# In the namespace.
attempt() {
  mount -t tmpfs tmpfs /run
  mkdir -p -m 700 /run/systemd/system "/run/user/$(id -u)" "$HOME/.config"
  mount -t tmpfs tmpfs "$HOME/.config"
  export XDG_RUNTIME_DIR=/run/user/$(id -u)
  /lib/systemd/systemd --user --log-target=null &
  manager=$!
  trap 'kill -TERM $manager; wait $manager || true' EXIT
  await test -S "$XDG_RUNTIME_DIR/systemd/private"
  local holdfast=(node bin/holdfast.js schedule) unit=holdfast-save-check

  "${holdfast[@]}" install && "${holdfast[@]}" status
  systemctl --user list-timers --no-legend | grep -q "$unit.timer" || fail 'the timer is not listed'
  passed 'installed and waited for by the manager'

  "${holdfast[@]}" run-now
  await test -s "$HOLDFAST_HOME/state/last-run.json"
  await grep -q '"status":"done"' "$HOLDFAST_HOME/state/last-run.json"
  [ "$(systemctl --user show -P Result "$unit.service")" = success ] || fail 'the service has failed'
  passed 'run by the manager'

  "${holdfast[@]}" install --every 10m
  systemctl --user show -P TimersMonotonic "$unit.timer" | grep -q 'OnUnitActiveUSec=10min' || fail 'the interval is still the old one'
  passed 'another interval'

  sed -i s/300s/301s/ "$HOME/.config/systemd/user/$unit.timer" && sed -i s/600s/601s/ "$HOME/.config/systemd/user/$unit.timer"
  local code=0
  "${holdfast[@]}" status || code=$?
  [ $code = 75 ] || fail "a changed timer was not seen: exit code $code"
  passed 'a change by somebody else is seen'

  "${holdfast[@]}" remove
  [ -z "$(systemctl --user list-timers --all --no-legend)" ] || fail 'a timer is left'
  [ -z "$(find "$HOME/.config/systemd" -type f)" ] || fail 'a file is left'
  passed 'removed'
}

if [ "${1:-}" = --in-namespace ]; then
  attempt
  exit
fi
[ "$(id -u)" = 0 ] || fail 'only root may do this'
[ ! -e /run/systemd/system ] || fail 'systemd runs this machine: a second manager would disturb it'
state=$(mktemp -d)
(
  enter_own_cgroups
  export HOLDFAST_HOME=$state HOME
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
  unset XDG_CONFIG_HOME
  exec unshare --mount "$PWD/scripts/test-systemd-manager.sh" --in-namespace
) && code=0 || code=$?
rm -rf "$state"
await remove_cgroups
exit $code
