// The places in which a native file of this package may be: what was built here first, then what came with it.

import { dirname, join } from 'node:path';

const PACKAGE_ROOT = dirname(dirname(__dirname));

/** Best first. Electron cannot execute inside an asar archive. */
export function candidatesFor(name: string): readonly string[] {
  const target = `${process.platform}-${process.arch}`;
  return [join(PACKAGE_ROOT, 'build', 'Release', name), join(PACKAGE_ROOT, 'prebuilds', target, name)].map((path) =>
    path.replace(/\.asar([\\/])/, '.asar.unpacked$1'),
  );
}
