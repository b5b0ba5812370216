// Puts the native files of this machine where a packed holdfast looks for them: prebuilds/<platform>-<arch>.
// Runs in the folder of the package before it is packed.

import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT_ROOT, nativeFiles } from './sources.mjs';

const to = join(PROJECT_ROOT, 'prebuilds', `${process.platform}-${process.arch}`);

mkdirSync(to, { recursive: true });
for (const name of nativeFiles(process.platform)) {
  copyFileSync(join(PROJECT_ROOT, 'build', 'Release', name), join(to, name));
  chmodSync(join(to, name), 0o755);
}
