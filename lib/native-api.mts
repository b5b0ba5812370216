// holdfast/native for ECMAScript modules: the same objects as for require().

export { exitAfter, exitAtOnce, identityOf, Job, lock, prctl, guardPath, processGroup, processTable, tryLock } from './native-api.js';
export type * from './native-api.js';
