// What `holdfast --help` and `holdfast --version` print.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const HELP = `usage: holdfast run [options] [--] command [argument...]
       holdfast doctor [--json]
       holdfast guard-path
       holdfast --help | --version

Gives a command and everything it ever starts one lifetime: nothing outlives the command, its
owner or its timeout, even when they are killed.

  run         run a command contained; 'holdfast run --help' lists the options
  doctor      probe which mechanisms work on this machine, why others do not, and what to do
  guard-path  print the native program, which runs commands without Node:
              "$(holdfast guard-path)" run -- command

Examples:
  holdfast run -- npm test
  holdfast run --timeout 30s -- make -j8
  holdfast run --owner parent -- npx some-mcp-server
  holdfast run --strict --json-report report.json -- ./untidy.sh
  holdfast doctor --json | jq 'select(.works | not)'

Exit codes: those of 'run' are in its help; 64 wrong usage; 125 containment failed; doctor exits
with 1 when no mechanism works.
`;

export function printHelp(): void {
  process.stdout.write(HELP);
}

export function printVersion(): void {
  const text = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  process.stdout.write(`${version}\n`);
}
