// The daemon that a hook starts when a session begins: owned by the agent, and gone with it.

import { expect } from 'chai';

import { holdfast } from '../../support/command.js';
import { eventually } from '../../support/eventually.js';
import { HookScene, answerOf } from '../../support/hook.js';
import { guards } from '../../support/leaks.js';
import { allPids, readProcFile } from '../../support/proc.js';
import { useScene } from '../../support/scene.js';

describe('daemon.autostart', () => {
  const scene = useScene();
  let place: HookScene;

  beforeEach(() => {
    place = new HookScene(scene());
  });

  async function owner(): Promise<unknown> {
    const status = await holdfast(scene(), ['save', 'daemon', 'status', '--project', place.project, '--json'], place.home);
    return (status.document()['owner'] as { pid?: unknown } | undefined)?.pid;
  }

  async function begin(agentPid: number): Promise<void> {
    const payload = place.payload('claude', 'session-start');
    const env = { CLAUDE_PID: String(agentPid) };
    const run = await place.run(['session-start', '--agent', 'claude'], { pieces: [payload] }, env);
    expect({ code: run.code, answer: answerOf(run), errors: run.errors }).to.deep.equal({ code: 0, answer: {}, errors: '' });
  }

  const running = (): number[] => allPids().filter((pid) => readProcFile(`/proc/${pid}/environ`)?.includes(place.home));

  it('starts one daemon for the agent, which ends with the agent', async () => {
    place.configure({ daemon: { autostart: true } });
    const agent = scene().start(['sh', '-c', 'read line'], { stdio: ['pipe', 'pipe', 'pipe'] });
    await begin(agent.identity.pid);
    await begin(agent.identity.pid);

    expect(await owner()).to.equal(agent.identity.pid);
    agent.kill('SIGKILL');
    await agent.ended();
    await eventually('the daemon is gone', () => running().length === 0 && guards(place.home).length === 0);
  });

  it('starts none unless it is wanted', async () => {
    place.configure({ daemon: { autostart: false } });
    await begin(process.pid);

    expect(running()).to.deep.equal([]);
  });
});
