// holdfast/tools: parts of the bundled tools that other tools want.

export { acquireLock, holderOf } from './tools/lock.js';
export type { HeldLock, LockHolder, LockOptions } from './tools/lock.js';
export type { ContextRecord } from './tools/save/context-record.js';
export { latestContext } from './tools/save/latest-context.js';
export { recallText } from './tools/save/recall.js';
export type { RecallOptions } from './tools/save/recall.js';
export { saveContext } from './tools/save/save-context.js';
export type { SaveRequest, SaveResult } from './tools/save/save-context.js';
export { remoteContext } from './tools/sync/remote-context.js';
export type { RemoteContextOptions } from './tools/sync/remote-context.js';
export { sync } from './tools/sync/sync.js';
export type { SyncOptions, SyncReport } from './tools/sync/sync.js';
export { openWorkplace } from './tools/workplace.js';
export type { Workplace } from './tools/workplace.js';
