// holdfast/tools for ECMAScript modules: the same objects as for require().

export {
  acquireLock,
  holderOf,
  latestContext,
  openWorkplace,
  recallText,
  remoteContext,
  saveContext,
  sync,
} from './tools-api.js';
export type * from './tools-api.js';
