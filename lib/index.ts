// The public interface of holdfast.

export { ContainmentError, ERROR_CODES } from './errors.js';
export type { ErrorCode } from './errors.js';
export type { Contained, WithContainment } from './spawn/contained-child.js';
export { execContained, execFileContained } from './spawn/exec-contained.js';
export { forkContained, spawnContained } from './spawn/spawn-contained.js';
export type { ForkContained, SpawnContained } from './spawn/spawn-contained.js';
export type {
  ContainmentOptions,
  EndReason,
  EndReport,
  EscapeRoute,
  Identity,
  Mechanism,
  Member,
  Survivor,
  Tree,
  Usage,
} from './types.js';
