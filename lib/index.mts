// The public interface of holdfast for ECMAScript modules: the same objects as for require().

export {
  ContainmentError,
  ERROR_CODES,
  execContained,
  execFileContained,
  forkContained,
  spawnContained,
} from './index.js';
export type * from './index.js';
