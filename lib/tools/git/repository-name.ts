// The name under which a repository is known, from the URL of its remote: `host/owner/name`, and never a credential.

const LONGEST = 512;

/** Null for what names no host: a path of this machine says nothing elsewhere. */
export function repositoryName(url: string): string | null {
  const [, host, path] = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#@:]+)(?::\d+)?\/+([^?#]*)/i.exec(url) ?? scpLike(url) ?? [];
  if (host === undefined || path === undefined) return null;
  const name = path.replace(/\/+$/, '').replace(/\.git$/, '');
  return `${host.toLowerCase()}/${name}`.slice(0, LONGEST);
}

/** `user@host:path`, as ssh and git take it. A single letter before the colon is a drive. */
function scpLike(url: string): RegExpExecArray | null {
  return url.includes('://') ? null : /^(?:[^/@]*@)?([^/@:]{2,}):\/*([^?#]*)/.exec(url);
}
