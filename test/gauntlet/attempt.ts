// One attempt of the gauntlet, contained or as a control: it starts, does what the technique asks for first, and comes
// to its end.

import type { Cast } from '../support/cast.js';
import { Heartbeat } from '../support/heartbeat.js';
import type { LinuxMechanism } from '../support/mechanisms.js';
import { startOwner, startPlainOwner, type Owner, type Plan } from '../support/owner.js';
import { isAlive } from '../support/proc.js';
import type { Peer } from '../fixtures/owner.js';
import { endProcesses, type Scene } from '../support/scene.js';
import { STAND_IN, type Way } from './deaths.js';
import type { Place } from './place.js';
import { escapeOf, type Row } from './rows.js';
import { AROUND, whereStrangersAppear } from './surroundings.js';

/** Who holds the attempt: a mechanism of holdfast, a peer, or nobody. */
export type Holder =
  | { readonly mechanism: LinuxMechanism }
  | { readonly peer: Peer; readonly wrapper: readonly string[]; readonly detached: boolean }
  | undefined;

export class Attempt {
  readonly cast: Cast;
  readonly place: Place;
  readonly owner: Owner;
  readonly stranger: Cast | undefined;
  readonly #row: Row;
  readonly #way: Way;

  private constructor(parts: Pick<Attempt, 'cast' | 'place' | 'owner' | 'stranger'>, row: Row, way: Way) {
    this.cast = parts.cast;
    this.place = parts.place;
    this.owner = parts.owner;
    this.stranger = parts.stranger;
    this.#row = row;
    this.#way = way;
  }

  /** Whoever made the place clears it, also when nothing comes of this. */
  static async start(place: Place, row: Row, way: Way, holder: Holder): Promise<Attempt> {
    const { scene } = place;
    const escape = await escapeOf(row, place, way.rootExits === true ? 'told' : 'stay');
    const isControl = holder === undefined;
    const cast = isControl ? scene.control(escape) : scene.cast(escape);
    const stranger = row.stranger === undefined ? undefined : scene.control({ technique: 'nothing', count: 0 });
    const around =
      row.stranger === undefined ? (row.around ?? AROUND.nothing) : whereStrangersAppear(stranger?.path ?? '', row.stranger);
    const through = [...place.through(), ...around.enter(place)];
    const actsOnGuard = (row.first ?? row.instead) === 'members act';
    const surrounded = { ...(actsOnGuard ? { standIn: STAND_IN } : {}), ...way.plan, through };
    cast.openToAll();
    const owner = await startAs(holder, scene, cast, surrounded);
    return new Attempt({ cast, place, owner, stranger }, row, way);
  }

  /** What happens before the end: nothing, or what the row asks for. */
  async prepare(contained: boolean): Promise<void> {
    if (this.#row.first === 'members act') await this.cast.act();
    if (this.#row.first === 'owner drops its rights') {
      await this.owner.come('drop-rights');
      await this.owner.says(/^rights dropped$/m);
    }
    if (this.stranger !== undefined && contained) await this.#letStrangerIn(this.stranger);
  }

  /** Where members are to bring it and cannot (nobody in a namespace reaches its guard), it comes all the same. */
  async bringDeath(): Promise<void> {
    if (this.#row.instead === 'members act') {
      const guard = await this.owner.guard();
      await this.cast.act();
      return endProcesses(() => [guard].filter(isAlive));
    }
    await this.#way.bring(this.owner, this.cast);
  }

  // The guard has looked once between the end of the member and the stranger that takes its pid.
  async #letStrangerIn(stranger: Cast): Promise<void> {
    const [, freed = 0] = await this.cast.letMemberExit();
    await this.owner.come('members');
    await this.owner.says(/^done members$/m);
    new Heartbeat(stranger.path).tellToAct(freed);
    await stranger.ready();
  }
}

async function startAs(holder: Holder, scene: Scene, cast: Cast, plan: Plan): Promise<Owner> {
  if (holder === undefined) return startPlainOwner(scene, cast, plan);
  if ('mechanism' in holder) return startOwner(scene, cast, { ...plan, containment: { mechanism: holder.mechanism } });
  const { peer, wrapper, detached } = holder;
  return startPlainOwner(scene, cast, { ...plan, peer, standIn: wrapper, options: { ...plan.options, detached } });
}
