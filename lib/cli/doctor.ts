// `holdfast doctor`: every line is a probe made in this run, by the guard or by Node itself.

import { spawnSync } from 'node:child_process';

import { guardPath } from '../native/guard-path.js';
import { binding } from '../native/load-binding.js';
import { seamFits } from '../spawn/child-process-seam.js';
import { misuse } from './exit-codes.js';

const DEADLINE_MS = 60_000;

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

export function doctor(args: readonly string[]): void {
  const unknown = args.find((arg) => arg !== '--json');
  if (unknown !== undefined) return misuse(`doctor knows only --json, got '${unknown}'`);
  const findings = [...nodeFindings(), ...guardFindings()];
  process.stdout.on('error', endQuietly);
  const print = args.includes('--json') ? (finding: Finding) => JSON.stringify(finding) : describe;
  for (const finding of findings) process.stdout.write(`${print(finding)}\n`);
  if (!findings.some(({ probe, works }) => probe === 'mechanism' && works)) process.exitCode = 1;
}

/** A reader such as `head` that has seen enough is no failure. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
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
      advice: 'without it spawnContained() takes the portable path: same promises, a little slower',
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
  return [title, ...explanation(finding)].join('\n       ');
}

function explanation({ works, escapable, call, code, errno, advice }: Finding): string[] {
  if (works) return escapable === undefined ? [] : [`stays open: ${escapable.replaceAll(',', ', ')}`];
  const failed = [call, code, errno !== undefined && `errno ${errno}`].filter(Boolean).join(', ');
  return [failed, advice ?? ''].filter((line) => line !== '');
}
