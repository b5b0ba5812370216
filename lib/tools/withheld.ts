// What no child of a tool finds in its environment: what would let it act on the shared store in the user's name.

/** Of holdfast, and what every program for S3 reads. */
const WITHHELD = new Set(['HOLDFAST_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']);

/** From now on that variable, too: the configuration may name one of its own. */
export function withhold(variable: string): void {
  WITHHELD.add(asKnown(variable));
}

export function withoutWithheld(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !WITHHELD.has(asKnown(name))));
}

/** Windows does not tell capital letters from small ones. */
function asKnown(name: string): string {
  return process.platform === 'win32' ? name.toUpperCase() : name;
}
