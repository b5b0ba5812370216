// What compiling needs from the machine: a C++ compiler, make, Python 3 (node-gyp is written in it)
// and the headers that belong to the running Node. Whatever is missing is named together with the cure.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const CURES = {
  linux: 'Debian, Ubuntu: apt-get install g++ make python3. Fedora: dnf install gcc-c++ make python3. Alpine: apk add g++ make python3.',
  darwin: 'xcode-select --install brings all of them.',
};

/** Sentences about what is missing; none when the native programs can be built. */
export function missingTools() {
  if (process.platform === 'win32') return []; // node-gyp finds Visual Studio itself and says so when it cannot
  const cxx = process.env.CXX || (process.platform === 'darwin' ? 'c++' : 'g++');
  const python = process.env.PYTHON || 'python3';
  const missing = [
    runs(cxx) ? undefined : `a C++17 compiler (${cxx} does not run)`,
    runs('make') ? undefined : 'make',
    runs(python) ? undefined : `Python 3, for node-gyp (${python} does not run)`,
  ].filter((line) => line !== undefined);
  return missing.length === 0 ? [] : [`missing: ${missing.join('; ')}`, CURES[process.platform] ?? ''];
}

/** The directory with include/node of exactly this Node, or what to do. */
export function headersOfThisNode() {
  const directory = process.env.npm_config_nodedir || dirname(dirname(process.execPath));
  const header = join(directory, 'include', 'node', 'node_version.h');
  if (!existsSync(header)) {
    return { problem: `no Node headers at ${header}: install Node from nodejs.org or NodeSource, or set npm_config_nodedir` };
  }
  const text = readFileSync(header, 'utf8');
  const number = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
  if (number('MAJOR') !== process.versions.node.split('.')[0]) {
    return { problem: `${header} belongs to Node ${number('MAJOR')}, not to the running ${process.version}: set npm_config_nodedir` };
  }
  return { directory };
}

function runs(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}
