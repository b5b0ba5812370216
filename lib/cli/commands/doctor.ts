// `holdfast doctor`: every line is a probe made in this run, by the guard or by Node itself.

import { spawnSync } from 'node:child_process';

import type { EscapeRoute, Mechanism } from '../../types.js';
import { guardPath } from '../../addon/native-files.js';
import { binding } from '../../addon/load.js';
import { seamFits } from '../../spawn/seam/child-process-seam.js';
import { allowFor, parseArguments } from '../arguments.js';
import { print } from '../output.js';
import { printable, printableJson } from '../../printable.js';

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

  --gauntlet  also try what processes do to escape: some seconds, no rights, nothing left behind
  --json      one object a line
  --help

Examples:
  holdfast doctor
  holdfast doctor --gauntlet
  holdfast doctor --json | jq 'select(.works | not)'

Exit codes: 0; 1 no mechanism works, or a promise did not hold; 64 wrong usage.
`;

const OPTIONS = { json: { type: 'boolean' }, gauntlet: { type: 'boolean' } } as const;

export async function doctor(args: readonly string[]): Promise<void> {
  const options = parseArguments(args, { command: 'doctor', options: OPTIONS, help: HELP });
  if (options === undefined) return;
  const findings = [...nodeFindings(), ...guardFindings()];
  print(findings.map(options.has('json') ? printableJson : describe));
  if (!findings.some(({ probe, works }) => probe === 'mechanism' && works)) process.exitCode = 1;
  if (!options.has('gauntlet')) return;
  allowFor(options, GAUNTLET_MS);
  await tryOut(findings, options.has('json'));
}

/** What the working mechanisms promise is tried. Loaded only here: it starts trees. */
async function tryOut(findings: readonly Finding[], json: boolean): Promise<void> {
  const { describeGauntlet, runGauntlet } = await import('./gauntlet.js');
  const working = findings.filter(({ probe, works }) => probe === 'mechanism' && works);
  const candidates = working.map(({ name, escapable = '' }) => ({
    mechanism: name as Mechanism,
    escapable: escapable.split(',') as EscapeRoute[],
  }));
  await runGauntlet(candidates, (cells) => {
    print(json ? cells.map((cell) => printableJson(cell)) : [describeGauntlet(cells)]);
    if (cells.some(({ works }) => !works)) process.exitCode = 1;
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

function describe(finding: Finding): string {
  const { probe, name, works, release, machine, uid, path, call, errno } = finding;
  const made = works && call !== undefined && `${call}: errno ${errno ?? 0}`;
  const facts = [release, machine, uid !== undefined && `uid ${uid}`, path, made].filter(Boolean).join(', ');
  const title = `${works ? 'ok  ' : 'FAIL'} ${probe}: ${name}${facts === '' ? '' : ` (${facts})`}`;
  return [title, ...explanation(finding)].map(printable).join('\n       ');
}

function explanation({ works, escapable, call, code, errno, advice }: Finding): string[] {
  if (works) return escapable === undefined ? [] : [`stays open: ${escapable.replaceAll(',', ', ')}`];
  const failed = [call, code, errno !== undefined && `errno ${errno}`].filter(Boolean).join(', ');
  return [failed, advice ?? ''].filter((line) => line !== '');
}
