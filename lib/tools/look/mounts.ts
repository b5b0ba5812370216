// Which files may hang because somebody else has to answer for them: those on the mounts of network file systems, and
// of programs (FUSE). Found without asking any of them anything.

import { readFileSync, readlinkSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** Names of file systems (proc(5), mountinfo, field 9), with what may follow a dot: `fuse.sshfs`. */
const ANSWERED_BY_OTHERS = new RegExp(
  '^(?:nfs\\d?|cifs|smbfs|smb3|ncpfs|afs|9p|virtiofs|ceph|coda|glusterfs|lustre|gpfs|beegfs|orangefs|pvfs2|davfs' +
    '|fuse|fuseblk|autofs|vboxsf|vmhgfs|prl_fs)(?:\\..*)?$',
);
/** As many as the kernel follows (path_resolution(7)). */
const MOST_LINKS = 40;

export interface Mount {
  readonly point: string;
  /** Of the file system. */
  readonly type: string;
}

/**
 * The mount that a path leads to, through symbolic links too, when others answer for it. Undefined also for the root of
 * all files, whose hanging hangs this program as well, and where there is no mountinfo.
 */
export function remoteMountOf(path: string): Mount | undefined {
  const mounts = mountsHere();
  const isRemote = ({ point, type }: Mount): boolean => point !== '/' && ANSWERED_BY_OTHERS.test(type);
  if (!mounts.some(isRemote)) return undefined;
  let links = 0;
  let at = '/';
  let left = partsOf(resolve(path));
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    const next = part === '..' ? dirname(at) : join(at, part);
    const mount = mounts.filter(({ point }) => point === next).at(-1);
    if (mount !== undefined && isRemote(mount)) return mount;
    const target = mount === undefined ? linkAt(next) : undefined;
    if (target === undefined || (links += 1) > MOST_LINKS) at = next;
    else {
      if (isAbsolute(target)) at = '/';
      left = [...partsOf(target), ...left];
    }
  }
  return undefined;
}

/** The parent of what a link names is that of its target: `..` stays. */
function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // no link, or not there
  }
}

/** The last one of those with the same point hides the others. */
function mountsHere(): readonly Mount[] {
  try {
    return mountsIn(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return []; // macOS, Windows, or no /proc
  }
}

/** `36 35 98:0 /mnt1 /mnt/parent rw,noatime master:1 - ext3 /dev/root rw` (proc(5)). */
export function mountsIn(mountinfo: string): readonly Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , , point] = before.split(' ');
    const [type] = after.split(' ');
    return point === undefined || type === undefined || type === '' ? [] : [{ point: unescaped(point), type }];
  });
}

/** Blanks, line ends and backslashes stand there as `\040` and the like. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
