// latestContext(): what was saved last of a project.

import type { ContextRecord } from './context-record.js';
import { projectRootOf } from '../project.js';
import type { Workplace } from '../workplace.js';

/**
 * Of the repository that holds a directory, or else of the directory itself. Resolves with undefined where nothing was
 * saved of it, or what is there is damaged: that is set aside. Rejects with ToolFailure when there is no such place.
 */
export async function latestContext(
  { store }: Workplace,
  directory = process.cwd(),
): Promise<ContextRecord | undefined> {
  return store.latestOf(await projectRootOf(directory));
}
