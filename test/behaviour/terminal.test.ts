// The terminal belongs to the command of `holdfast run`: Ctrl-C, Ctrl-Z and fg, size and modes
// are as without it. Each test runs the plain command first, as its own control.

import { frontArgv } from '../support/front.js';
import { forEachMechanism, itIf } from '../support/mechanisms.js';
import { useScene } from '../support/scene.js';
import { useTerminal, whyNoTmux, type Terminal } from '../support/tmux.js';

describe('a terminal', () => {
  const openTerminal = useTerminal();
  const scene = useScene();
  const open = (): Promise<Terminal> => openTerminal(scene());

  describe('without the front', () => {
    promises('');
  });
  forEachMechanism((mechanism) => {
    promises(`${frontArgv(['--mechanism', mechanism], []).join(' ')} `);
  });

  function promises(prefix: string): void {
    itIf(whyNoTmux(), 'interrupts the command with Ctrl-C, and the shell sees the signal', async () => {
      const shell = await open();
      shell.type(`${prefix}sh -c 'echo up; exec sleep 20'`);
      await shell.shows(/^up$/m);

      shell.press('C-c');
      shell.type('echo "code=$?"');

      await shell.shows(/^code=130$/m);
    });

    itIf(whyNoTmux(), 'lets a command handle Ctrl-C itself', async () => {
      const shell = await open();
      shell.type(`${prefix}bash -c 'trap "echo caught; exit 9" INT; echo up; read -t 20 line'; echo "code=$?"`);
      await shell.shows(/^up$/m);

      shell.press('C-c');

      await shell.shows(/caught\s[^]*code=9/);
    });

    itIf(whyNoTmux(), 'stops the command with Ctrl-Z and continues it with fg', async () => {
      const shell = await open();
      shell.type(`${prefix}bash -c 'echo up; read line; echo "got=$line"'; echo "code=$?"`);
      await shell.shows(/^up$/m);

      shell.press('C-z');
      await shell.shows(/Stopped/);
      shell.type('fg');
      // The shell names the job that it continues. What is typed before is the shell's, or comes while it changes the
      // modes of the terminal: an Enter is then no end of a line to the command (termios(3), ICRNL).
      await shell.shows(/^ready\$ fg\n\S/m);
      shell.type('hello');

      await shell.shows(/got=hello/);
    });

    itIf(whyNoTmux(), 'continues a stopped command in the background with bg', async () => {
      const shell = await open();
      const go = scene().path('go');
      shell.type(`${prefix}bash -c 'echo up; until [ -e ${go} ]; do sleep 0.02; done; echo gone-on'`);
      await shell.shows(/^up$/m);

      shell.press('C-z');
      await shell.shows(/Stopped/);
      shell.type(`bg; touch ${go}`);

      await shell.shows(/(^|\$ )gone-on$/m);
    });

    itIf(whyNoTmux(), 'tells the command when the size changes', async () => {
      const shell = await open();
      shell.type(`${prefix}bash -c 'trap "stty size; told=yes" WINCH; echo up; until [ $told ]; do sleep 0.02; done'`);
      await shell.shows(/^up$/m);

      shell.resize(91, 33);

      await shell.shows(/^33 91$/m);
    });

    itIf(whyNoTmux(), 'leaves modes and flags of the terminal as they were', async () => {
      const shell = await open();
      shell.type(`cd ${scene().directory}; stty -g >before; ${prefix}stty -g >inside; stty -g >after; echo over`);
      await shell.shows(/^over$/m);

      shell.type('cmp before inside && cmp before after && echo all-equal');

      await shell.shows(/^all-equal$/m);
    });

    itIf(whyNoTmux(), 'gives a full-screen program its screen', async () => {
      const shell = await open();
      shell.type(`seq 1 500 >${scene().path('lines')}; ${prefix}less ${scene().path('lines')}; echo "code=$?"`);
      await shell.shows(/^1$[^]*^22$/m);

      shell.press('G');
      await shell.shows(/^500$/m);
      shell.press('q');

      await shell.shows(/code=0/);
    });
  }
});
