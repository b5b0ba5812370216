#!/usr/bin/env bash
# Boots Debian's kernel in an emulator, with cgroup v2 and all its controllers, and checks what a contained program reads of the
# limits of its service, and that these hold. For machines whose own cgroup2 hierarchy has no controllers.
# Needs qemu-system-x86, busybox-static and cpio, and takes the kernel from Debian's package.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly guard=$PWD/build/Release/holdfast-guard
work=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-vm-XXXXXX")
trap 'rm -rf "$work"' EXIT
for tool in qemu-system-x86_64 busybox cpio; do
  command -v "$tool" >/dev/null || { echo "missing: $tool (apt-get install qemu-system-x86 busybox-static cpio)" >&2; exit 69; }
done

fetch_kernel() {
  local package
  package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ { print $2 }')
  (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "$package" && dpkg-deb --fsys-tarfile linux-image-*.deb | tar -x ./boot)
}

make_root() {
  mkdir -p "$work"/root/{bin,proc,sys,dev,tmp,run,etc}
  cp "$(command -v busybox)" "$guard" "$work/root/bin/"
  echo 'root:x:0:0::/tmp:/bin/sh' >"$work/root/etc/passwd"
  cat >"$work/root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc && /bin/busybox --install -s /bin
mount -t sysfs sys /sys && mount -t devtmpfs dev /dev
mount -t cgroup2 cgroup2 /sys/fs/cgroup
cd /sys/fs/cgroup && echo '+memory +cpu +pids' >cgroup.subtree_control

# A service with these limits; each runs in a shell of its own.
in_service() {
  service=$1; shift
  mkdir -p "$service"
  for setting; do echo "${setting#*=}" >"$service/${setting%%=*}"; done
  echo 0 >"$service/cgroup.procs"
}
READ='for name in memory.max memory.high cpu.max; do cat "/sys/fs/cgroup$(sed -n s,^0::,,p /proc/self/cgroup)/$name" 2>/dev/null; done'
verdict() { [ "$2" = "$3" ] && echo "PASS $1" || echo "FAIL $1: expected <$2>, got <$3>"; }
mechanism() { sed 's/.*"mechanism":"\([a-z]*\)".*/\1/' /tmp/report; }
compare() {
  plain=$(sh -c "$READ")
  contained=$(holdfast-guard run --json-report /tmp/report -- sh -c "$READ")
  verdict "$1: a contained program reads what a plain one reads" "$plain" "$contained"
  verdict "$1: held by $2" "$2" "$(mechanism)"
}
(in_service memory memory.max=67108864; compare 'a service with memory.max' subreaper)
(in_service high memory.high=50331648; compare 'a service with memory.high' subreaper)
(in_service cpu 'cpu.max=50000 100000'; compare 'a service with cpu.max' subreaper)
(in_service free; holdfast-guard run --json-report /tmp/report -- true; verdict 'a service without limits: held by cgroup' cgroup "$(mechanism)")
(in_service bounded memory.max=33554432 memory.swap.max=0
  holdfast-guard run --mechanism cgroup --json-report /tmp/report -- sh -c 'x=a; while :; do x=$x$x; done' 2>/dev/null
  verdict 'cgroup asked for: the memory of the service is the most it gets' '{"signal":9}' "$(sed 's/.*"root":\({[^}]*}\).*/\1/' /tmp/report)")
(in_service left; holdfast-guard run --mechanism cgroup -- sh -c 'setsid sleep 1000 & exit 0'
  verdict 'nothing is left of a tree' '' "$(cat left/cgroup.procs | while read -r pid; do grep -l '^sleep' "/proc/$pid/cmdline" 2>/dev/null; done)"
  verdict 'no cgroup is left of a tree' '' "$(ls -d /sys/fs/cgroup/left/holdfast-* 2>/dev/null)")
echo CHECKED
poweroff -f
INIT
  chmod +x "$work/root/init"
  (cd "$work/root" && find . | cpio -o -H newc --quiet | gzip -1 >"$work/initramfs")
}

fetch_kernel
make_root
timeout 300 qemu-system-x86_64 -accel tcg -m 512 -nographic -no-reboot -kernel "$work"/boot/vmlinuz-* -initrd "$work/initramfs" \
  -append 'console=ttyS0 quiet panic=-1' </dev/null | tr -d '\r' | grep -aoE '(PASS|FAIL) .*|CHECKED|Kernel panic.*' | tee "$work/result"
grep -q '^CHECKED' "$work/result" && ! grep -q '^FAIL' "$work/result"
