// Where the tools keep their files, as each system wants it (docs/tools.md#files). The home is the one of the user
// database, not `$HOME`: cron, systemd and the hosts of hooks pass on little of an environment.

import { homedir, userInfo } from 'node:os';
import { posix, win32 } from 'node:path';

import { EXIT, ToolFailure } from './failure.js';

export interface Directories {
  /** Holds `config.json`. */
  readonly config: string;
  /**
   * Holds the store, the locks and what is remembered between two runs. The locks are not below `XDG_RUNTIME_DIR` or
   * `TMPDIR`: cron knows neither, and would take another lock than a login does.
   */
  readonly state: string;
  readonly logs: string;
}

/** `HOLDFAST_HOME` stands for all of them and has to be absolute; a relative `XDG_*` is ignored, as XDG wants it. */
export function directories(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home?: string,
): Directories {
  const own = env['HOLDFAST_HOME'] ?? '';
  const path = platform === 'win32' ? win32 : posix;
  const join = (...parts: string[]): string => path.join(...parts);
  if (own !== '') {
    if (!path.isAbsolute(own)) {
      throw new ToolFailure(EXIT.badConfiguration, `HOLDFAST_HOME: expected an absolute path, got '${own}'`);
    }
    return { config: own, state: join(own, 'state'), logs: join(own, 'logs') };
  }
  const house = home ?? homeOfUser();
  const named = (variable: string, otherwise: string): string => {
    const value = env[variable] ?? '';
    return path.isAbsolute(value) ? value : otherwise;
  };
  switch (platform) {
    case 'win32': {
      const local = join(named('LOCALAPPDATA', join(house, 'AppData', 'Local')), 'holdfast');
      const config = join(named('APPDATA', join(house, 'AppData', 'Roaming')), 'holdfast');
      return { config, state: join(local, 'State'), logs: join(local, 'Logs') };
    }
    case 'darwin': {
      const config = join(house, 'Library', 'Application Support', 'holdfast');
      return { config, state: join(config, 'State'), logs: join(house, 'Library', 'Logs', 'holdfast') };
    }
    default: {
      const state = join(named('XDG_STATE_HOME', join(house, '.local', 'state')), 'holdfast');
      const config = join(named('XDG_CONFIG_HOME', join(house, '.config')), 'holdfast');
      return { config, state, logs: join(state, 'logs') };
    }
  }
}

/** `$HOME`, or else what the user database says. */
export function homeIfAny(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined; // in many containers the user database does not know the user
  }
}

/** A user whom the database does not know, as in many containers, has at most what `$HOME` says. */
function homeOfUser(): string {
  try {
    return userInfo().homedir;
  } catch (error) {
    const { HOME = '' } = process.env;
    if (posix.isAbsolute(HOME)) return HOME;
    throw new ToolFailure(EXIT.badConfiguration, 'this user has no home: set HOLDFAST_HOME to an absolute path', error);
  }
}
