// Where one attempt of the gauntlet takes place: a state directory and, where permitted, a cgroup of its own. The
// cgroup is one more witness of what is left, and lets go of what a covered route has left alive.

import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { eventually } from '../support/eventually.js';
import { cgroupOfTests, removeCgroupTree } from '../support/own-cgroup.js';
import type { Scene } from '../support/scene.js';

let places = 0;

export class Place {
  readonly name: string;
  readonly scene: Scene;
  readonly home: string;
  readonly cgroup: string | undefined;

  constructor(scene: Scene) {
    places += 1;
    this.scene = scene;
    this.name = `gauntlet-${process.pid}-${places}`;
    this.home = scene.path(`home-${places}`);
    mkdirSync(this.home, { mode: 0o755 });
    const tests = cgroupOfTests();
    if (tests === undefined) return;
    this.cgroup = join(tests, this.name);
    mkdirSync(this.cgroup);
  }

  /** Lets an ordinary user have it. */
  giveTo(uid: number): void {
    chmodSync(this.scene.directory, 0o777);
    chownSync(this.home, uid, uid);
    if (this.cgroup === undefined) return;
    for (const path of [this.cgroup, join(this.cgroup, 'cgroup.procs')]) chownSync(path, uid, uid);
  }

  /** The words that put a program here. */
  through(): string[] {
    const environment = ['env', `HOLDFAST_HOME=${this.home}`];
    if (this.cgroup === undefined) return environment;
    return ['/bin/sh', '-c', 'echo 0 > "$0" && exec "$@"', join(this.cgroup, 'cgroup.procs'), ...environment];
  }

  /** Whether anybody is left inside; a frozen or stopped process counts. */
  isPopulated(): boolean {
    if (this.cgroup === undefined) return false;
    return readFileSync(join(this.cgroup, 'cgroup.events'), 'latin1').includes('populated 1');
  }

  /** Ends whatever is left. Only processes of this attempt can be inside. */
  async clear(): Promise<void> {
    const { cgroup } = this;
    if (cgroup === undefined) return;
    const kill = join(cgroup, 'cgroup.kill');
    if (existsSync(kill)) writeFileSync(kill, '1');
    await eventually('the cgroup of the attempt is empty', () => !this.isPopulated());
    removeCgroupTree(cgroup);
  }
}
