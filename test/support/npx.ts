// A project directory that has this package installed, for the real npx and npm, without any network.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT_ROOT } from './project.js';
import type { Scene } from './scene.js';

export interface InProject {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Where such a project is, and the environment in which npm looks nowhere else; `npm start` runs these words. */
export function makeProject(scene: Scene, start: readonly string[]): InProject {
  const cwd = scene.path('project');
  const modules = join(cwd, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(PROJECT_ROOT, join(modules, 'holdfast'));
  symlinkSync('../holdfast/bin/holdfast.js', join(modules, '.bin', 'holdfast'));
  const scripts = { start: start.join(' ') };
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'project', version: '1.0.0', private: true, scripts }));
  const home = scene.path('npm');
  const settings = { cache: home, userconfig: join(home, 'npmrc'), offline: 'true', update_notifier: 'false', logs_max: '0' };
  const named = Object.entries(settings).map(([name, value]) => [`npm_config_${name}`, value]);
  return { cwd, env: { ...process.env, HOME: home, ...(Object.fromEntries(named) as NodeJS.ProcessEnv) } };
}
