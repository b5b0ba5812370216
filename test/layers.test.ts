// The layers of docs/architecture.md: who may include or import whom.

import { config, expect } from 'chai';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { PROJECT_ROOT } from './support/project.js';
import { circleAmong, importsOf, includesOf, placesOf, sourceFiles, type SourceFile } from './support/source-files.js';

config.truncateThreshold = 0; // the places are the message

const NATIVE = sourceFiles('native', /\.(cc|h)$/);
const LIB = sourceFiles('lib', /\.m?ts$/);
const MOST_FILES = 20;

const POSIX = ['core', 'posix', 'posix/records', 'posix/tree'];
const POSIX_OWNER = [...POSIX, 'posix/recovery', 'posix/owner'];
const WINDOWS = ['core', 'windows', 'windows/kernel', 'windows/start', 'windows/records', 'windows/tree'];
const LINUX = ['linux/kernel', 'linux/processes', 'linux/mechanisms', 'linux/in-place', 'linux/recovery', 'linux'];

/** The rooms of each native program, lowest first: a file may include its own room and those before it. */
const ROOMS: readonly (readonly string[])[] = [
  POSIX_OWNER,
  [...POSIX, 'posix/owner', ...LINUX],
  [...POSIX_OWNER, 'guard/supervisor', 'guard/front', 'guard'],
  [...POSIX_OWNER, 'addon', 'addon/posix'],
  [...WINDOWS, 'windows/owner'],
  [...WINDOWS, 'guard/front', 'guard/windows'],
  [...WINDOWS, 'windows/owner', 'addon', 'addon/windows'],
];

/** Whoever may include posix may ask the system, and what stands here says so in words of any room of posix. */
const PORT = 'posix/port';

/** What both sides of the guard and its front share, beside the programs that they are. */
const SHARED_BY_GUARDS = /^guard\/(?:exit-codes|forked-guard|probe|problems|step-aside|tree-id)\.h$/;

/** Folders that a build searches, so that what is in them is included without one. */
const SEARCHED = ['linux/kernel/x64', 'linux/kernel/arm64'];

/** The layers of lib, lowest first: each may import its own and those below. */
const LIB_LAYERS: readonly (readonly string[])[] = [
  ['errors', 'printable', 'types'],
  ['options', 'addon'],
  ['spawn', 'scope', 'tree', 'native-api'],
  ['index'],
  ['tools'],
  ['tools-api', 'cli'],
];

/** The room of a file below native. */
function roomOf(path: string): string {
  const rooms = [...new Set(ROOMS.flat()), PORT].filter((room) => path.startsWith(`${room}/`));
  return rooms.sort((one, other) => other.length - one.length)[0] ?? '';
}

/** What a file includes of native, also from a folder that is searched. */
function ownIncludesOf(file: SourceFile): string[] {
  const own = includesOf(file).filter((name) => !name.startsWith('<'));
  return own.flatMap((name) => (name.includes('/') ? [name] : SEARCHED.map((folder) => `${folder}/${name}`)));
}

function mayInclude(from: string, to: string): boolean {
  const [own, other] = [roomOf(from), roomOf(to)];
  if (own === other) return true;
  if (own === PORT) return other === 'core' || other.startsWith('posix');
  if (SHARED_BY_GUARDS.test(to)) return own.startsWith('guard');
  const wanted = other === PORT ? 'posix' : other;
  return ROOMS.some((rooms) => rooms.includes(wanted) && rooms.indexOf(wanted) <= rooms.indexOf(own));
}

function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function layerOf(path: string): number {
  const name = folderOf(path).replace(/\.m?ts$/, '');
  return LIB_LAYERS.findIndex((layer) => layer.includes(name));
}

describe('the layers', () => {
  it('let a native file include only its own room and those below it', () => {
    const paths = new Set(NATIVE.map(({ path }) => path));
    const arrows = NATIVE.flatMap((file) => ownIncludesOf(file).map((to) => [file.path, to] as const));

    expect(NATIVE.filter(({ path }) => roomOf(path.slice('native/'.length)) === '').map(({ path }) => path)).to.deep.equal([]);
    expect(arrows.filter(([, to]) => !paths.has(`native/${to}`)).map(([from, to]) => `${from} includes ${to}`)).to.deep.equal([]);
    expect(
      arrows.filter(([from, to]) => !mayInclude(from.slice('native/'.length), to)).map(([from, to]) => `${from} includes ${to}`),
    ).to.deep.equal([]);
  });

  it('have in each system folder one file for each header of the port', () => {
    const headers = NATIVE.filter(({ path }) => path.startsWith(`native/${PORT}/`)).map(({ path }) => path);
    const systems = ['linux', 'macos'].filter((system) => existsSync(join(PROJECT_ROOT, 'native', system)));
    const wrong = systems.flatMap((system) =>
      headers.flatMap((header) => {
        const name = `/${basename(header, '.h')}.cc`;
        const found = NATIVE.filter(({ path }) => path.startsWith(`native/${system}/`) && path.endsWith(name));
        const defined = found.filter((file) => includesOf(file).includes(header.slice('native/'.length)));
        return defined.length === 1 ? [] : [`${header}: ${found.map(({ path }) => path).join(', ') || `nothing in ${system}`}`];
      }),
    );

    expect(headers.filter((path) => !path.endsWith('.h'))).to.deep.equal([]);
    expect(systems).to.include('linux');
    expect(wrong).to.deep.equal([]);
  });

  it('call the kernel raw in native/linux/kernel only', () => {
    const above = NATIVE.filter(({ path }) => !path.startsWith('native/linux/kernel/'));

    expect(placesOf(/\b(?:syscall|rawCall|rawClone3)\s*\(/, above)).to.deep.equal([]);
    expect(above.filter((file) => includesOf(file).includes('raw-calls.h')).map(({ path }) => path)).to.deep.equal([]);
  });

  it(`have at most ${MOST_FILES} files in a folder`, () => {
    const folders = [...NATIVE, ...LIB].map(({ path }) => dirname(path));
    const filesIn = (folder: string): number => folders.filter((other) => other === folder).length;

    expect([...new Set(folders)].filter((folder) => filesIn(folder) > MOST_FILES)).to.deep.equal([]);
  });

  it('keep headers of the system and of Node out of the core, and of the system out of the addon', () => {
    const foreign = (file: SourceFile, allowed: readonly string[]): string[] =>
      includesOf(file)
        .filter((name) => /^<.*[./].*>$/.test(name) && !allowed.includes(name))
        .map((name) => `${file.path} includes ${name}`);
    const inFolder = (folder: string): SourceFile[] => NATIVE.filter(({ path }) => folderOf(path) === folder);

    expect(inFolder('core').flatMap((file) => foreign(file, []))).to.deep.equal([]);
    expect(inFolder('addon').flatMap((file) => foreign(file, ['<napi.h>', '<uv.h>', '<node_api.h>']))).to.deep.equal([]);
  });

  it('keep napi.h in the addon', () => {
    const outside = NATIVE.filter((file) => folderOf(file.path) !== 'addon');

    expect(outside.filter((file) => includesOf(file).includes('<napi.h>')).map(({ path }) => path)).to.deep.equal([]);
  });

  it('let a module of lib import only its own layer and those below', () => {
    const wrong = LIB.flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('lib/'))
        .filter((name) => layerOf(file.path) < layerOf(name) || layerOf(name) < 0)
        .map((name) => `${file.path} imports ${name}`),
    );

    expect(LIB.filter(({ path }) => layerOf(path) < 0).map(({ path }) => path)).to.deep.equal([]);
    expect(wrong).to.deep.equal([]);
  });

  it('have no circle', () => {
    const includes = new Map(NATIVE.map((file) => [file.path, ownIncludesOf(file).map((name) => `native/${name}`)]));
    const imports = new Map(LIB.map((file) => [file.path, importsOf(file).filter((name) => name.startsWith('lib/'))]));

    expect(circleAmong(includes)?.join(' -> ')).to.equal(undefined);
    expect(circleAmong(imports)?.join(' -> ')).to.equal(undefined);
  });
});
