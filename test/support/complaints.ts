// What tests left behind. A failing hook would keep the tests after it from running, so complaints
// are collected and the run fails at its end.

const complaints: string[] = [];

export async function complainUnless(title: string | undefined, check: () => void | Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    complaints.push(`after "${title ?? 'a test'}": ${error instanceof Error ? error.message : String(error)}`);
    console.log(`      LEFT BEHIND ${complaints.at(-1) ?? ''}`);
  }
}

/** Each complaint once: the next file of tests has its own. */
export function throwComplaints(): void {
  const made = complaints.splice(0);
  if (made.length > 0) throw new Error(`the tests have left something behind:\n${made.join('\n')}`);
}
