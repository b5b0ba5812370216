// The addon's way to the records of this user: where they are, as this process was told, and what it means when they
// cannot be read.

import { ownHome } from '../addon/home.js';
import { ContainmentError, systemErrorOf } from '../errors.js';
import type { Records } from '../addon/binding.js';
import { binding } from '../addon/load.js';

type Question = (records: Records, home: string) => Promise<readonly string[]>;

export async function askRecords(question: Question): Promise<readonly string[]> {
  try {
    return await question(binding().records, ownHome() ?? '');
  } catch (cause) {
    throw explained(cause);
  }
}

function explained(cause: unknown): unknown {
  const error = systemErrorOf(cause);
  if (error?.errno === undefined) return cause;
  const { errno, syscall, path, message } = error;
  const facts = { errno, cause, ...(syscall !== undefined && { syscall }), ...(path !== undefined && { path }) };
  return new ContainmentError('ERR_HOLDFAST_RECORDS_UNREADABLE', `the records cannot be read: ${message}`, facts);
}
