// What `holdfast --help` and `holdfast --version` print.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseArguments } from './arguments.js';
import { print, printText } from './output.js';

const HELP = `usage: holdfast run [options] [--] command [argument...]
       holdfast ps [--all] [--json]
       holdfast tree [ID|LABEL] [--json]
       holdfast terminate ID|LABEL [--grace TIME] [--json]
       holdfast kill ID|LABEL [--json]
       holdfast cleanup [--dry-run] [--min-age TIME] [--json] [--explain PID]
       holdfast save now [-m TEXT] [--project DIR] [--json]
       holdfast save daemon start|stop|status|run [options]
       holdfast save-check [--project DIR]... [--force] [--no-sync] [--strict] [--explain] [--json]
       holdfast recall [--project DIR] [--markdown | --json] [--max-chars N]
       holdfast status [--project DIR] [--json]
       holdfast schedule install|status|remove|run-now|print [options]
       holdfast doctor [--gauntlet] [--json]
       holdfast sync [status|list|show|requeue|drop|export] [options]
       holdfast hook EVENT [--agent NAME]
       holdfast hooks install|remove|status|doctor [--agent NAME]... [options]
       holdfast config show|path|check [--project DIR] [--config FILE] [--json]
       holdfast setup [--agent NAME]... [--no-schedule] [--dry-run] [--yes] [--json]
       holdfast uninstall [--dry-run] [--yes] [--json]
       holdfast guard-path
       holdfast help | --help
       holdfast version | --version

Gives a command and everything it ever starts one lifetime: nothing outlives the command, its
owner or its timeout, even when they are killed.

  run         run a command contained; 'holdfast run --help' lists the options
  ps          list the trees of this user, whoever owns them
  tree        draw a tree: owner, guard, root and members
  terminate   end a tree politely, then hard
  kill        end a tree at once
  cleanup     end what is left of trees whose owner and guard were killed
  save        save the context of a project: 'now', or as 'daemon' while its owner lives
  save-check  for schedulers: save where somebody works, clean up after crashes, send what waits
  recall      tell what was saved last of a project
  status      tell of the last save-check, what waits to be sent, and who is at it now
  schedule    save at intervals, by the scheduler of this system
  doctor      probe which mechanisms work on this machine, why others do not, and what to do;
              --gauntlet also tries what processes do to escape, a few seconds long
  sync        send saved contexts to where they are shared; list, show, requeue, drop or export them
  hook        called by agents: saves the context of their session
  hooks       have Claude Code, Codex CLI, Gemini CLI or Cursor call it; look whether they can
  config      show the settings that count here and who has set them, or check them
  setup       hooks and schedule in one go, tried out, and taken back when anything fails
  uninstall   takes back what was set up; what was saved stays
  guard-path  print the native program, which runs commands without Node:
              "$(holdfast guard-path)" run -- command
  help        print this
  version     print the version

Examples:
  holdfast run -- npm test
  holdfast run --timeout 30s -- make -j8
  holdfast run --owner parent -- npx some-mcp-server
  holdfast run --strict --json-report report.json -- ./untidy.sh
  holdfast ps
  holdfast terminate build --grace 30s
  holdfast cleanup --dry-run
  holdfast doctor --json | jq '.probes[] | select(.works | not)'

Every command has a --help of its own, with examples.

Exit codes: those of 'run' are in its help; 0 done; 1 not found, survivors, or no mechanism works;
64 wrong usage; 73 the output cannot be written; 77 not permitted; 125 containment failed.
`;

const VERSION_HELP = `usage: holdfast version

Prints the version, as --version does.

Examples:
  holdfast version

Exit codes: 0; 64 wrong usage.
`;

export function help(args: readonly string[]): void {
  const given = parseArguments(args, { command: 'help', options: {}, budgetMs: null, help: HELP });
  if (given !== undefined) printText(HELP);
}

export function version(args: readonly string[]): void {
  if (parseArguments(args, { command: 'version', options: {}, budgetMs: null, help: VERSION_HELP }) === undefined) return;
  const text = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  print([(JSON.parse(text) as { version: string }).version]);
}
