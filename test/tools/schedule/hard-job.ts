// A job with everything in its paths that has a meaning to some scheduler.

import type { Job } from '#lib/tools/schedule/job.js';

/** Blanks, quotes of both kinds, percent signs also after a backslash, dollars, XML, and what is not ASCII. */
export const HARD_NAME = 'a b\'c"d %h \\% $HOME ${x} `y` <&> \u00e4\u65e5';

export function jobWith(changes: Partial<Job> = {}): Job {
  return {
    name: 'save-check',
    everySeconds: 300,
    argv: ['/usr/bin/node', '/opt/holdfast/bin/holdfast.js', 'save-check', '--scheduled'],
    env: { HOLDFAST_HOME: '/home/me/.holdfast' },
    directory: '/home/me/.holdfast/state/schedule',
    home: '/home/me',
    ...changes,
  };
}
