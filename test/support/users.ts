// Who runs the tests, and what follows for those that are about the rights of users.

/** Why a test of what an ordinary user may do is not run. */
export const NEEDS_ORDINARY_USER = process.getuid?.() === 0 ? 'root may do all of this' : undefined;

/** Somebody else, whom root can become: `nobody` of most systems, who owns nothing. */
export const SOMEBODY_ELSE = 65534;

/** Does something as somebody else in this very process, as root may. */
export function asSomebodyElse<Result>(work: () => Result): Result {
  process.setegid?.(SOMEBODY_ELSE);
  process.seteuid?.(SOMEBODY_ELSE);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
