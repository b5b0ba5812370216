// The packed tarball: what is in it, and that a project which installs it can require, import, type-check and run it.

import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { PROJECT_ROOT } from './support/project.js';

const TARGET = `${process.platform}-${process.arch}`;
const PACKED = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'bin', 'dist', 'docs', 'prebuilds/README.md'];
const BUILT = ['build/Release/holdfast.node', 'build/Release/holdfast-guard'];

describe('the package', function () {
  let work: string | undefined;
  let consumer: string;
  let packed: readonly { path: string; mode: number }[];

  before(function () {
    const missing = ['dist/index.js', ...BUILT].filter((path) => !existsSync(join(PROJECT_ROOT, path)));
    if (missing.length > 0) throw new Error(`not built: ${missing.join(', ')}`);
    work = mkdtempSync(join(tmpdir(), 'holdfast-package-'));
    packed = pack(join(work, 'package'), work);
    consumer = join(work, 'consumer');
    install(consumer, join(work, 'holdfast.tgz'));
  });

  after(() => {
    if (work !== undefined) rmSync(work, { recursive: true, force: true });
  });

  it('carries the library, the declarations, the documents and the native files', () => {
    const paths = packed.map(({ path }) => path);

    expect(paths).to.include.members([
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'SECURITY.md',
      'bin/holdfast.js',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/index.mjs',
      'dist/index.d.mts',
      'dist/native-api.js',
      'dist/native-api.d.ts',
      'docs/guarantees.md',
      `prebuilds/${TARGET}/holdfast.node`,
      `prebuilds/${TARGET}/holdfast-guard`,
    ]);
  });

  it('carries for Windows also the guard without a window', () => {
    const copy = join(work ?? '', 'windows');
    const names = ['holdfast-guard.exe', 'holdfast-guardw.exe', 'holdfast.node'];
    cpSync(join(PROJECT_ROOT, 'scripts'), join(copy, 'scripts'), { recursive: true });
    mkdirSync(join(copy, 'build', 'Release'), { recursive: true });
    for (const name of names) writeFileSync(join(copy, 'build', 'Release', name), '');
    const prebuild = pathToFileURL(join(copy, 'scripts', 'prebuild.mjs')).href;

    node(['--eval', `Object.defineProperty(process, 'platform', { value: 'win32' }); import('${prebuild}')`]);

    expect(readdirSync(join(copy, 'prebuilds', `win32-${process.arch}`)).sort()).to.deep.equal(names);
  });

  it('carries nothing that would be built at installation, no source and no test', () => {
    const { scripts } = manifest() as { scripts?: Record<string, string> };

    expect(packed.filter(({ path }) => /^(binding\.gyp|native|lib|test|build|scripts)\b|\.tsbuildinfo$/.test(path))).to.deep.equal([]);
    expect(Object.keys(scripts ?? {})).to.not.include.members(['install', 'preinstall', 'postinstall']);
  });

  it('carries a guard that may be executed', () => {
    const guard = packed.find(({ path }) => path.endsWith('/holdfast-guard'));

    expect((guard?.mode ?? 0) & 0o111).to.equal(0o111);
  });

  it('works for require and for import, with the same objects', () => {
    const script = `
      import { createRequire } from 'node:module';
      import * as imported from 'holdfast';
      import * as native from 'holdfast/native';
      const required = createRequire(import.meta.url)('holdfast');
      const requiredNative = createRequire(import.meta.url)('holdfast/native');
      const same = (left, right) => Object.keys(right).every((key) => left[key] === right[key]);
      console.log(typeof imported.spawnContained, same(imported, required), same(native, requiredNative));
    `;

    expect(node(['--input-type=module', '--eval', script])).to.equal('function true true\n');
  });

  it('contains a process with the native files that came along', () => {
    const script = `
      const { spawnContained } = require('holdfast');
      const child = spawnContained('/bin/sh', ['-c', 'sleep 1000 & exit 7']);
      child.on('exit', (code) => child.tree.empty.then((end) => console.log(code, end.reason, end.survivors.length)));
    `;

    expect(node(['--eval', script])).to.equal('7 root-exited 0\n');
  });

  it('brings what a sync to S3 and through a proxy needs', () => {
    const script = `Promise.all(['aws4', 'https-proxy-agent', 'proxy-from-env'].map((name) => import(name))).then((all) => console.log(all.length))`;

    expect(node(['--eval', script])).to.equal('3\n');
  });

  it('installs the command', () => {
    const command = join(consumer, 'node_modules', '.bin', 'holdfast');
    const run = spawnSync(command, ['run', '--', 'sh', '-c', 'echo contained; exit 7'], { encoding: 'utf8' });

    expect(run).to.include({ status: 7, stdout: 'contained\n', stderr: '' });
  });

  it('has types for require and for import', () => {
    const use = `
      const child = spawnContained('true', [], { stdio: 'ignore', containment: { mechanism: 'auto', grace: 10 } });
      const reason: EndReport['reason'] = 'kill';
      export const used: [Tree, string] = [child.tree, reason];
      // @ts-expect-error an option that does not exist
      spawnContained('true', [], { containment: { graze: 1 } });
      // @ts-expect-error a table of processes is no string
      export const table: string = processTable();
    `;
    const imports = `
      import { spawnContained, type EndReport, type Tree } from 'holdfast';
      import { processTable } from 'holdfast/native';
    `;
    writeFileSync(join(consumer, 'use.mts'), imports + use);
    writeFileSync(join(consumer, 'use.cts'), imports + use);
    const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--types', 'node'];

    for (const resolution of ['node16', 'nodenext']) {
      const checked = spawnSync(
        process.execPath,
        [require.resolve('typescript/bin/tsc'), ...options, '--module', resolution, 'use.mts', 'use.cts'],
        { cwd: consumer, encoding: 'utf8' },
      );
      expect(checked.stdout, resolution).to.equal('');
    }
  });

  function node(args: readonly string[]): string {
    return execFileSync(process.execPath, args, { cwd: consumer, encoding: 'utf8' });
  }
});

function manifest(): unknown {
  return JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'));
}

/** Packs a copy, so that the project stays as it is and any user may do it. */
function pack(copy: string, to: string): { path: string; mode: number }[] {
  for (const path of [...PACKED, ...BUILT, 'scripts']) cpSync(join(PROJECT_ROOT, path), join(copy, path), { recursive: true });
  execFileSync(process.execPath, [join(copy, 'scripts', 'prebuild.mjs')]);
  const told = npm(copy, ['pack', '--json', '--ignore-scripts', '--pack-destination', to]);
  const [report] = JSON.parse(told) as { filename: string; files: { path: string; mode: number }[] }[];
  if (report === undefined) throw new Error(`npm pack said: ${told}`);
  cpSync(join(to, report.filename), join(to, 'holdfast.tgz'));
  return report.files;
}

function install(consumer: string, tarball: string): void {
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{ "private": true }');
  npm(consumer, ['install', '--offline', '--no-audit', '--no-fund', tarball, ...packedDependencies(consumer)]);
  mkdirSync(join(consumer, 'node_modules', '@types'));
  for (const name of ['@types/node', 'undici-types']) {
    symlinkSync(join(PROJECT_ROOT, 'node_modules', name), join(consumer, 'node_modules', name));
  }
}

/** What the package needs, from where it is installed already: the tests have no network. */
function packedDependencies(consumer: string): readonly string[] {
  const to = join(consumer, 'dependencies');
  mkdirSync(to);
  const paths = [...dependenciesOf(PROJECT_ROOT)].map((name) => join(PROJECT_ROOT, 'node_modules', name));
  npm(to, ['pack', '--ignore-scripts', '--silent', ...paths]);
  return readdirSync(to).map((name) => join(to, name));
}

function dependenciesOf(directory: string, known = new Set<string>()): ReadonlySet<string> {
  const { dependencies = {} } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { dependencies?: object };
  for (const name of Object.keys(dependencies).filter((one) => !known.has(one))) {
    known.add(name);
    dependenciesOf(join(PROJECT_ROOT, 'node_modules', name), known);
  }
  return known;
}

/** npm keeps a cache and logs: in the work directory, since the user may have no home. */
function npm(cwd: string, args: readonly string[]): string {
  const env = { ...process.env, npm_config_cache: join(cwd, '..', 'npm-cache'), npm_config_update_notifier: 'false' };
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
