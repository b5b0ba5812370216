// `holdfast hook EVENT`: what the agents call. It never fails; all of it is in lib/tools/hooks.

import { runHook } from '../../tools/hooks/run-hook.js';
import type * as Output from '../output.js';

const HELP = `usage: holdfast hook EVENT [--agent auto|claude|codex|gemini|cursor]

Called by an agent, which writes JSON to its standard input. EVENT is one of session-start,
user-prompt-submit, task-complete, stop, pre-compact, post-compact, session-end. Prints one JSON
object and ends with exit code 0 in any case, after 1.5 s at the latest. HOLDFAST_DISABLE=1
switches it off.

Examples:
  holdfast hooks install --agent claude
  echo '{"session_id":"s1","cwd":"/src/app"}' | holdfast hook stop
`;

export async function hook(args: readonly string[]): Promise<void> {
  if (args.length === 1 && (args[0] === '--help' || args[0] === '-h')) help();
  else await runHook(args);
}

function help(): void {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- lazily: no hook of an agent needs it
  const { printText } = require('../output.js') as typeof Output;
  printText(HELP, () => undefined);
}
