// `holdfast doctor --gauntlet`: tries on this machine what members do to leave their tree. As an ordinary user, bounded
// in processes and time, and with an uncontained control beside it that has to survive, or nothing is proven.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { EscapeRoute, Mechanism } from '../../index.js';
import { budgetSignal } from '../../tools/budget.js';
import { removeAtOnce, runAttempt, type AttemptPlan, type Left } from './attempt.js';
import { POSIX } from './posix.js';
import type { End, Technique } from './system.js';
import { WINDOWS } from './windows.js';

/** One technique under one end, held by one mechanism. */
export interface GauntletFinding {
  readonly name: string;
  readonly mechanism: Mechanism;
  readonly end: End;
  /** `open`: alive by a route that trees name; `leaks`: a promise is broken; `unproven`: so did the control end. */
  readonly outcome: 'dead' | 'open' | 'leaks' | 'unproven' | 'not run here';
  readonly works: boolean;
  readonly route?: EscapeRoute;
  readonly why?: string;
}

/** A mechanism that works here, and the routes that it says stay open. */
export interface Candidate {
  readonly mechanism: Mechanism;
  readonly escapable: readonly EscapeRoute[];
}

const SYSTEM = process.platform === 'win32' ? WINDOWS : POSIX;
/** Nothing but their parents shows whose they are, and those are gone before anybody has looked. */
const FLEETING: readonly string[] = ['hydra', 'unmarked-daemon'];
const FLEETING_WITH_ROOT: readonly string[] = [...FLEETING, 'cleared-environment'];

/** The route by which this technique may outlive this end, if the mechanism names it. */
function openingOf({ escapable }: Candidate, technique: string, end: End): EscapeRoute | undefined {
  if (end === 'owner and guard killed' && escapable.includes('owner-and-guard-killed')) return 'owner-and-guard-killed';
  const fleeting = end === 'root exits' ? FLEETING_WITH_ROOT : FLEETING;
  return fleeting.includes(technique) && escapable.includes('fast-double-fork') ? 'fast-double-fork' : undefined;
}

/** Runs them all, and hands out the findings of each mechanism and end as they come. */
export async function runGauntlet(
  candidates: readonly Candidate[],
  tell: (findings: readonly GauntletFinding[]) => void,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-gauntlet-'));
  const restoreHome = keepRecordsIn(join(directory, 'home'));
  const stop = (signal: NodeJS.Signals): void => {
    try {
      removeAtOnce(directory); // the trees end with this process, and what was to survive ends without its directory
    } finally {
      SYSTEM.dieOf(signal);
    }
  };
  for (const signal of SYSTEM.interrupts) process.once(signal, stop);
  budgetSignal()?.addEventListener('abort', () => removeAtOnce(directory));
  try {
    for (const end of SYSTEM.ends) for (const findings of await findingsOf(directory, end, candidates)) tell(findings);
  } finally {
    removeAtOnce(directory);
    restoreHome();
    for (const signal of SYSTEM.interrupts) process.off(signal, stop);
  }
}

/** Trees whose guard is killed leave their records; where no guard is, the kernel removes them. */
function keepRecordsIn(directory: string): () => void {
  if (!SYSTEM.ends.includes('owner and guard killed')) return () => undefined;
  const home = process.env['HOLDFAST_HOME'];
  process.env['HOLDFAST_HOME'] = directory;
  return () => {
    if (home === undefined) delete process.env['HOLDFAST_HOME'];
    else process.env['HOLDFAST_HOME'] = home;
  };
}

async function findingsOf(directory: string, end: End, candidates: readonly Candidate[]): Promise<GauntletFinding[][]> {
  const usable = SYSTEM.techniques.filter(({ needs }) => needs === undefined || SYSTEM.isInstalled(needs));
  const place = (name: string): string => join(directory, `${name}-${end.replace(/\W+/g, '-')}`);
  const attempt = (candidate?: Candidate): Promise<Left> => runAttempt(planOf(candidate, place, usable, end));
  const [control, ...held] = await Promise.all([attempt(), ...candidates.map((one) => attempt(one))]);
  return candidates.map((candidate, index) =>
    SYSTEM.techniques.map((technique) => {
      if (!usable.includes(technique)) return missing(candidate, technique, end);
      const survived = control?.includes(technique.name) === true;
      return verdict(candidate, technique, end, { left: held[index], survived });
    }),
  );
}

function planOf(
  candidate: Candidate | undefined,
  place: (name: string) => string,
  usable: readonly Technique[],
  end: End,
): AttemptPlan {
  const mechanism = candidate?.mechanism;
  const isOpen = (name: string): boolean => candidate === undefined || openingOf(candidate, name, end) !== undefined;
  const techniques = usable.map(({ name }) => name);
  const mayLive = techniques.filter(isOpen);
  return { system: SYSTEM, directory: place(mechanism ?? 'control'), techniques, end, mechanism, mayLive };
}

function missing({ mechanism }: Candidate, { name, needs }: Technique, end: End): GauntletFinding {
  const why = `${needs ?? ''} is not installed`;
  return { name, mechanism, end, outcome: 'not run here', works: true, why };
}

interface Seen {
  readonly left: Left;
  readonly survived: boolean;
}

function verdict(candidate: Candidate, { name }: Technique, end: End, { left, survived }: Seen): GauntletFinding {
  const base = { name, mechanism: candidate.mechanism, end } as const;
  const route = openingOf(candidate, name, end);
  if (!survived) return { ...base, outcome: 'unproven', works: false, why: 'the uncontained control did not survive either' };
  if (left === undefined) return { ...base, outcome: 'leaks', works: false, why: 'nobody is found, and yet something goes on' };
  if (!left.includes(name)) return { ...base, outcome: 'dead', works: true };
  if (route === undefined) return { ...base, outcome: 'leaks', works: false, why: 'its member is alive' };
  return { ...base, outcome: 'open', works: true, route };
}

/** The findings of one mechanism and end, for people: what does not simply hold is named. */
export function describeGauntlet(findings: readonly GauntletFinding[]): string {
  const [first] = findings;
  if (first === undefined) return '';
  const tried = findings.filter(({ outcome }) => outcome !== 'not run here');
  const dead = tried.filter(({ outcome }) => outcome === 'dead');
  const leaks = findings.some(({ outcome }) => outcome === 'leaks');
  const level = leaks ? 'CRITICAL' : findings.every(({ works }) => works) ? 'OK' : 'WARNING';
  const title = `${first.mechanism}, ${first.end}: ${dead.length} of ${tried.length} techniques end`;
  const others = findings.filter(({ outcome }) => outcome !== 'dead');
  const lines = others.map(({ name, outcome, route, why }) => `${outcome}: ${name} (${route ?? why ?? ''})`);
  return [`[${level}] gauntlet: ${title}`, ...lines].join('\n     ');
}
