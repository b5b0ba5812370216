// The name under which a project is known to every machine: its repository, where it has one; else what its directory
// is called.

import { createHash } from 'node:crypto';

export interface ProjectName {
  /** Of its directory. */
  readonly name: string;
  /** `host/owner/name`. */
  readonly repo: string | null;
}

/** `app-1f0c2a9b`: for the path of a URL or a file, one key for one project. */
export function projectKeyOf({ name, repo }: ProjectName): string {
  const known = repo === null ? `name ${name}` : `repo ${repo}`;
  const last = (repo ?? name).split('/').at(-1) ?? '';
  const readable = last.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 40);
  const digest = createHash('sha256').update(known).digest('hex').slice(0, 8);
  return `${readable === '' ? 'project' : readable}-${digest}`;
}

export function isSameProject(one: ProjectName, other: ProjectName): boolean {
  return one.repo === other.repo && (one.repo !== null || one.name === other.name);
}
