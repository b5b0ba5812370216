// The public interface of holdfast.

export { ContainmentError, ERROR_CODES } from './errors.js';
export type { ErrorCode } from './errors.js';
export type { Contained, WithContainment } from './spawn/contained-child.js';
export { execContained, execFileContained } from './spawn/exec-contained.js';
export { forkContained, spawnContained } from './spawn/spawn-contained.js';
export type { ForkContained, SpawnContained } from './spawn/spawn-contained.js';
export { cleanup } from './tree/cleanup.js';
export type {
  CleanedTree,
  CleanupOptions,
  CleanupReport,
  CleanupTier,
  Kinship,
  Litter,
  Suspect,
} from './tree/cleanup-types.js';
export { killTree, terminateTree } from './tree/end-tree.js';
export type { KillTreeOptions, TerminateTreeOptions } from './tree/end-tree.js';
export { trees } from './tree/registry.js';
export type {
  ContainmentOptions,
  EndReason,
  EndReport,
  EscapeRoute,
  Identity,
  Mechanism,
  Member,
  NamedProcess,
  Survivor,
  Tree,
  TreeInfo,
  TreeState,
  Usage,
} from './types.js';
