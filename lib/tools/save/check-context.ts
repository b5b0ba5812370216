import { contentIdOf, isIntact, type ContextRecord } from './context-record.js';

export function checkedContext(value: unknown): ContextRecord | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const own = Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('_'))) as unknown as ContextRecord;
  return isIntact(own) && contentIdOf(own) === own.id ? own : undefined;
}
