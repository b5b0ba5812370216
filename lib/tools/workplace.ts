// What every tool works with: the directories of this user, the configuration, the store and the log.

import { loadConfig, type Config } from './config/config.js';
import { directories, type Directories } from './directories.js';
import { openLog, type Log } from './log.js';
import { Store } from './save/store.js';
import { withhold } from './withheld.js';

export interface Workplace {
  readonly directories: Directories;
  readonly config: Config;
  /** Where the configuration stands, or would. */
  readonly configPath: string;
  readonly store: Store;
  readonly log: Log;
}

/** Throws ToolFailure when the configuration is wrong. */
export function openWorkplace(configFile?: string): Workplace {
  const places = directories();
  const { config, path } = loadConfig(places.config, configFile);
  if (config.sync.tokenEnv !== null) withhold(config.sync.tokenEnv);
  const log = openLog(places.logs);
  return { directories: places, config, configPath: path, store: new Store(places.state), log };
}
