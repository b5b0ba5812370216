// HOLDFAST_HOME, which says where the records of this user's trees are; without it they are in the usual place.

export function ownHome(): string | undefined {
  return process.env['HOLDFAST_HOME'];
}

/** All that a guard needs of our environment. */
export function guardEnvironment(): Record<string, string> {
  const home = ownHome();
  return home === undefined ? {} : { HOLDFAST_HOME: home };
}
