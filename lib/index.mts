// The public interface of holdfast for ECMAScript modules: the same objects as for require().

export {
  ContainmentError,
  ERROR_CODES,
  cleanup,
  execContained,
  execFileContained,
  forkContained,
  killTree,
  spawnContained,
  terminateTree,
  trees,
} from './index.js';
export type * from './index.js';
