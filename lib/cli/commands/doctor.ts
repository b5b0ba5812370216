// `holdfast doctor`: every line is a probe made in this run, by the guard or by Node itself.

import { spawnSync } from 'node:child_process';

import type { EscapeRoute, Mechanism } from '../../types.js';
import { guardPath } from '../../addon/native-files.js';
import { binding } from '../../addon/load.js';
import { seamFits } from '../../spawn/seam/child-process-seam.js';
import { allowFor, parseArguments, type Arguments } from '../arguments.js';
import { EXIT_NOT_DONE } from '../exit-codes.js';
import { print, printJson } from '../output.js';
import { printable } from '../../printable.js';
import type { GauntletFinding } from '../gauntlet/gauntlet.js';

const DEADLINE_MS = 60_000;
/** Every end is brought to every technique; how long each may take is bounded there. */
const GAUNTLET_MS = 600_000;

/** One line of `holdfast-guard probe`. */
interface Finding {
  readonly probe: string;
  readonly name: string;
  readonly works: boolean;
  readonly escapable?: string;
  readonly call?: string;
  readonly code?: string;
  readonly errno?: number;
  readonly path?: string;
  readonly release?: string;
  readonly machine?: string;
  readonly uid?: number;
  readonly advice?: string;
}

const HELP = `usage: holdfast doctor [--gauntlet] [--json]

Probes, now and here, which mechanisms work, why others do not, and what to do about it.

  --gauntlet     also try what processes do to escape: some seconds, no rights, nothing left behind
  --json         one object: 'probes', and 'attempts' of the gauntlet
  --budget TIME  for the whole of it (default 60s, with --gauntlet 10m more); then exit 124
  --help

Examples:
  holdfast doctor
  holdfast doctor --gauntlet
  holdfast doctor --json | jq '.probes[] | select(.works | not)'

Exit codes: 0; 1 no mechanism works, or a promise did not hold; 64 wrong usage.
`;

const OPTIONS = { json: { type: 'boolean' }, gauntlet: { type: 'boolean' } } as const;

export async function doctor(args: readonly string[]): Promise<void> {
  const options = parseArguments(args, { command: 'doctor', options: OPTIONS, help: HELP });
  if (options === undefined) return;
  const probes = [...nodeFindings(), ...guardFindings()];
  const working = probes.filter(({ probe, works }) => probe === 'mechanism' && works);
  if (working.length === 0) process.exitCode = EXIT_NOT_DONE;
  if (!options.has('json')) print(probes.map((finding) => describeProbe(finding, working.length > 0)));
  const attempts: GauntletFinding[] = [];
  try {
    if (options.has('gauntlet')) await tryOut(working, options, attempts);
  } finally {
    if (options.has('json')) printJson({ probes, ...(options.has('gauntlet') && { attempts }) });
  }
}

/** What the working mechanisms promise is tried. Loaded only here: it starts trees. */
async function tryOut(working: readonly Finding[], options: Arguments, attempts: GauntletFinding[]): Promise<void> {
  allowFor(options, GAUNTLET_MS);
  const { describeGauntlet, runGauntlet } = await import('../gauntlet/gauntlet.js');
  const candidates = working.map(({ name, escapable = '' }) => ({
    mechanism: name as Mechanism,
    escapable: escapable.split(',') as EscapeRoute[],
  }));
  await runGauntlet(candidates, (cells) => {
    attempts.push(...cells);
    if (!options.has('json')) print([describeGauntlet(cells)]);
    if (cells.some(({ works }) => !works)) process.exitCode = EXIT_NOT_DONE;
  });
}

function nodeFindings(): Finding[] {
  return [
    { probe: 'node', name: `Node ${process.version}`, works: true, path: process.execPath },
    attempt('addon', () => void binding(), 'spawnContained() and holdfast run need it; holdfast guard-path does not'),
    attempt('guard', () => void guardPath(), 'nothing can be contained without it'),
    {
      probe: 'node',
      name: 'child_process as expected',
      works: seamFits(),
      advice:
        process.platform === 'win32'
          ? 'without it spawnContained() is an error on Windows'
          : 'without it spawnContained() takes the portable path: same promises, a little slower',
    },
  ];
}

function attempt(name: string, probe: () => void, advice: string): Finding {
  try {
    probe();
    return { probe: 'node', name, works: true, advice };
  } catch (error) {
    const call = error instanceof Error ? error.message : String(error);
    return { probe: 'node', name, works: false, call, advice };
  }
}

function guardFindings(): Finding[] {
  const path = guardPath();
  const { error, stdout, status } = spawnSync(path, ['probe'], { encoding: 'utf8', timeout: DEADLINE_MS });
  if (error !== undefined) throw error;
  const findings = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Finding);
  if (status !== 0) {
    const call = `${path} probe ended with ${status ?? 'a signal'}`;
    findings.push({ probe: 'guard', name: 'probes', works: false, call, advice: 'the lines above are not all there is' });
  }
  return findings;
}

export function describeProbe(finding: Finding, somethingHolds: boolean): string {
  const { probe, name, works, release, machine, uid, path, call, errno } = finding;
  const made = works && call !== undefined && `${call}: errno ${errno ?? 0}`;
  const facts = [release, machine, uid !== undefined && `uid ${uid}`, path, made].filter(Boolean).join(', ');
  const level = works ? 'OK' : probe === 'mechanism' && !somethingHolds ? 'ERROR' : 'WARNING';
  const title = `[${level}] ${probe}: ${name}${facts === '' ? '' : ` (${facts})`}`;
  return [title, ...explanation(finding)].map(printable).join('\n     ');
}

function explanation({ works, escapable, call, code, errno, advice }: Finding): string[] {
  if (works) return escapable === undefined ? [] : [`stays open: ${escapable.replaceAll(',', ', ')}`];
  const failed = [call, code, errno !== undefined && `errno ${errno}`].filter(Boolean).join(', ');
  return [failed, advice ?? ''].filter((line) => line !== '');
}
