// One cell of the gauntlet: a technique, a death and who is to hold it, with the verdict of the test's own oracle.

import type { EscapeRoute } from '#lib/index.js';

import type { Cast } from '../support/cast.js';
import { eventually } from '../support/eventually.js';
import { guards } from '../support/leaks.js';
import { whyUnavailable, type LinuxMechanism } from '../support/mechanisms.js';
import { isAlive, processLine, type ProcessIdentity } from '../support/proc.js';
import { Scene } from '../support/scene.js';
import { Attempt, type Holder } from './attempt.js';
import type { Death, DeathCode, Way } from './deaths.js';
import { Place } from './place.js';
import { openingOf } from './promises.js';
import { whyNotApplicable, type Row } from './rows.js';

/**
 * `dead`: proven; `lives`: the owner was only stopped, and it went on; `escapes`: by a route that the tree had named;
 * `LEAKS`: a promise is broken; `BROKEN`: the attempt itself failed, so that nothing is proven; `-`: not applicable.
 */
export type Outcome = 'dead' | 'lives' | 'escapes' | 'LEAKS' | 'BROKEN' | 'not run here' | '-';

export interface Cell {
  readonly row: string;
  readonly death: DeathCode;
  readonly way: string;
  readonly holder: string;
  readonly outcome: Outcome;
  readonly route?: EscapeRoute;
  readonly why?: string;
  /** What the tree said in `escapable`. */
  readonly named?: readonly string[];
  readonly milliseconds: number;
}

/** How long a member may still be dying where it need not be dead. */
export const DYING_MS = 1500;

export type Verdict = Pick<Cell, 'outcome' | 'route' | 'why' | 'named'>;

export interface Trial {
  readonly row: Row;
  readonly death: Death;
  readonly way: Way;
}

/** The cells of one technique under one death, for several mechanisms, with the control that they share. */
export async function runTrial(trial: Trial, mechanisms: readonly LinuxMechanism[]): Promise<Cell[]> {
  const missing = trial.row.missing ?? trial.row.around?.missing() ?? trial.way.missing;
  const settled = mechanisms.map((mechanism) => withoutTrying(trial, mechanism, missing));
  if (settled.every((cell) => cell !== undefined)) return settled;
  const cells: Cell[] = [];
  try {
    await withControl(trial, async (witness) => {
      const running = mechanisms.map(async (one, index) => settled[index] ?? runCell(trial, one, witness));
      cells.push(...(await Promise.all(running)));
    });
    return cells;
  } catch (error) {
    const why = (index: number): string => [messageOf(error), cells[index]?.why].filter(Boolean).join('; ');
    return mechanisms.map(
      (mechanism, index) => settled[index] ?? cellOf(trial, mechanism, { outcome: 'BROKEN', why: why(index) }, 0),
    );
  }
}

/** Runs something beside a control that has died the same death, and has to survive it and everything else. */
export async function withControl(trial: Trial, body: (witness: Cast) => Promise<void>): Promise<void> {
  const { row, death, way } = trial;
  const scene = new Scene();
  const place = new Place(scene);
  try {
    const witness = scene.control({ technique: 'plain' });
    await scene.startUncontained(witness, witness.argv);
    await witness.ready();
    const control = await Attempt.start(place, row, way, undefined);
    await control.prepare(false);
    await control.bringDeath();
    if (death.code === 'D8') await control.owner.come('SIGKILL');
    await body(witness);
    await requireSurvivor(control, trial);
  } finally {
    await scene.abandon().finally(async () => place.clear());
  }
}

const OWNER_ENDS: readonly DeathCode[] = ['D1', 'D2', 'D3', 'D5', 'D8'];

async function requireSurvivor({ cast, owner }: Attempt, { row, death }: Trial): Promise<void> {
  if (OWNER_ENDS.includes(death.code)) await eventually('the owner of the control has ended', () => !isAlive(owner.identity));
  try {
    if (row.silent === true) await eventually('a member lives', () => cast.living().length > 0);
    else await cast.provenAlive();
  } catch (error) {
    throw new Error('the control did not survive: this technique does not escape this end', { cause: error });
  }
}

function withoutTrying(trial: Trial, mechanism: LinuxMechanism, missing: string | undefined): Cell | undefined {
  const { row, death } = trial;
  const pointless = whyNotApplicable(row, death.code, mechanism);
  if (pointless !== undefined) return cellOf(trial, mechanism, { outcome: '-', why: pointless }, 0);
  const reason = whyUnavailable(mechanism) ?? missing;
  return reason === undefined ? undefined : cellOf(trial, mechanism, { outcome: 'not run here', why: reason }, 0);
}

function cellOf({ row, death, way }: Trial, holder: string, verdict: Verdict, milliseconds: number): Cell {
  return { row: row.name, death: death.code, way: way.name, holder, milliseconds, ...verdict };
}

function broken(error: unknown): Verdict {
  return { outcome: 'BROKEN', why: messageOf(error) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function runCell(trial: Trial, mechanism: LinuxMechanism, witness: Cast): Promise<Cell> {
  const begun = performance.now();
  const verdict = await tryOut(trial, { mechanism }, (attempt) => judge(trial, mechanism, attempt, witness));
  return cellOf(trial, mechanism, verdict, Math.round(performance.now() - begun));
}

/** Starts an attempt, lets it be judged, and clears away what is left of it. */
export async function tryOut(
  { row, way }: Pick<Trial, 'row' | 'way'>,
  holder: Holder,
  judgement: (attempt: Attempt) => Promise<Verdict>,
): Promise<Verdict> {
  const scene = new Scene();
  const place = new Place(scene);
  try {
    const attempt = await Attempt.start(place, row, way, holder);
    await attempt.prepare(true);
    return await judgement(attempt);
  } catch (error) {
    return broken(error);
  } finally {
    await scene.abandon().finally(async () => place.clear());
  }
}

async function judge(trial: Trial, mechanism: LinuxMechanism, attempt: Attempt, witness: Cast): Promise<Verdict> {
  const opening = openingOf(trial.row.name, trial.death.code, mechanism);
  if (trial.death.code === 'D8') return judgeStopped(trial, attempt, witness, openingOf(trial.row.name, 'D1', mechanism));
  await attempt.bringDeath();
  const verdict = await judgeDead(trial.row, attempt, witness, opening);
  await attempt.stranger?.provenAlive();
  return { ...verdict, named: attempt.owner.openRoutes };
}

function judgeDead(row: Row, attempt: Attempt, witness: Cast, opening: EscapeRoute | undefined): Promise<Verdict> {
  return opening === undefined ? mustBeDead(attempt, witness) : mayEscape(row, attempt, witness, opening);
}

async function mustBeDead({ cast, place, owner, stranger }: Attempt, witness: Cast): Promise<Verdict> {
  try {
    await cast.provenDead(witness);
    await eventually('no guard is left', () => guards(place.home).length === 0);
    if (isAlive(owner.identity)) await owner.come('SIGKILL');
    if (stranger === undefined) await eventually('the cgroup of the attempt is empty', () => !place.isPopulated());
    return { outcome: 'dead' };
  } catch (error) {
    const left = `alive: ${describe(cast.living())}; guards: ${describe(guards(place.home))}`;
    return { outcome: 'LEAKS', why: `${String(error)}; ${left}` };
  }
}

async function mayEscape(row: Row, attempt: Attempt, witness: Cast, route: EscapeRoute): Promise<Verdict> {
  const { cast, owner } = attempt;
  if (await comesTrue(cast.provenDead(witness, DYING_MS))) return { outcome: 'dead' };
  // A guard that dies between the stop and the kill leaves somebody who lives and cannot be heard.
  const stopped = cast.living().some(({ pid }) => processLine(pid)?.state === 'T');
  if (row.silent === true || (!stopped && !(await comesTrue(cast.provenAlive())))) {
    const tookLong = await comesTrue(cast.provenDead(witness)); // and a silent one that lives cannot be heard
    if (tookLong) return { outcome: 'dead' };
    if (cast.living().length === 0) return { outcome: 'BROKEN', why: 'nobody lives, and that is not proven' };
  }
  if (owner.openRoutes.includes(route)) return { outcome: 'escapes', route };
  return { outcome: 'LEAKS', why: `by ${route}, which the tree does not name: ${owner.openRoutes.join(' ')}` };
}

/** An owner that is only stopped ends nothing; killed as it stands, it ends everything. */
async function judgeStopped({ row }: Trial, attempt: Attempt, witness: Cast, opening?: EscapeRoute): Promise<Verdict> {
  const before = attempt.cast.living();
  await attempt.bringDeath();
  await witness.provenAlive();
  await attempt.cast.provenAlive();
  const lost = before.filter((member) => !isAlive(member));
  if (lost.length > 0 && row.changing !== true) {
    return { outcome: 'LEAKS', why: `the owner was only stopped, and yet these have ended: ${describe(lost)}` };
  }
  await attempt.owner.come('SIGKILL');
  const after = await judgeDead(row, attempt, witness, opening);
  return after.outcome === 'dead' ? { outcome: 'lives' } : after;
}

export function comesTrue(proof: Promise<void>): Promise<boolean> {
  return proof.then(
    () => true,
    () => false,
  );
}

function describe(processes: readonly ProcessIdentity[]): string {
  return processes.map(({ pid }) => pid).join(' ') || 'none';
}
