// A scene with an npm project in it, for each test of the enclosing group. Whatever carries the mark of one of its
// attempts ends with the test, whether it failed or not.

import { complainUnless } from '../../support/complaints.js';
import { useScene, type Scene } from '../../support/scene.js';
import { Terminal } from '../../support/tmux.js';

import { Attempt } from './attempt.js';
import { layOutProject } from './project.js';

export class Stage {
  readonly directory: string;
  readonly #scene: Scene;
  readonly #attempts: Attempt[] = [];
  #terminal: Terminal | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.directory = scene.path('project');
    layOutProject(this.directory);
  }

  attempt(): Attempt {
    const attempt = new Attempt(this.#scene, this.directory, String(this.#attempts.length));
    this.#attempts.push(attempt);
    return attempt;
  }

  async openTerminal(): Promise<Terminal> {
    this.#terminal = new Terminal(this.#scene);
    return this.#terminal.ready();
  }

  async end(): Promise<void> {
    this.#terminal?.close();
    for (const attempt of this.#attempts) await attempt.end();
  }
}

export function useStage(): () => Stage {
  let stage: Stage | undefined;
  // Stands before the hook of the scene, which looks whether anything is left.
  afterEach(async function () {
    const over = stage;
    stage = undefined;
    await complainUnless(this.currentTest?.fullTitle(), async () => over?.end());
  });
  const scene = useScene();
  return () => (stage ??= new Stage(scene()));
}
