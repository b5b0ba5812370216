// Reads what test/fixtures/heartbeat.c writes: which processes took part, and how often they beat.

import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

import { allPids, commandLine, isAlive, mapsFile, namespacePids, processLine, type ProcessIdentity } from './proc.js';

const HEADER_BYTES = 16;
const OVER_AT = 4;
const ACT_AT = 8;
const LEAVE_AT = 12;
const DONE = 0xffffffff;
const SLOT_BYTES = 16;
const SLOTS = 4096;

interface Slot {
  readonly beats: number;
  readonly pid: number; // in its own namespace
  readonly startTime: string;
}

export class Heartbeat {
  readonly path: string;
  readonly #seen = new Map<string, ProcessIdentity>();

  constructor(path: string) {
    this.path = path;
    if (existsSync(path)) return;
    const fd = openSync(path, 'w', 0o666);
    ftruncateSync(fd, HEADER_BYTES + SLOTS * SLOT_BYTES);
    closeSync(fd);
  }

  #slots(): Slot[] {
    const bytes = readFileSync(this.path);
    const slots: Slot[] = [];
    const claimed = Math.min(bytes.readUInt32LE(0), SLOTS);
    for (let at = HEADER_BYTES; at < HEADER_BYTES + claimed * SLOT_BYTES; at += SLOT_BYTES) {
      const beats = bytes.readUInt32LE(at);
      if (beats === 0) continue;
      slots.push({
        beats,
        pid: bytes.readInt32LE(at + 4),
        startTime: bytes.readBigUInt64LE(at + 8).toString(),
      });
    }
    return slots;
  }

  /** Asks all that beat to end. Nobody can outrun this, as a fork storm outruns signals. */
  declareOver(): void {
    this.#tell(OVER_AT, 1);
  }

  tellToAct(word = 1): void {
    this.#tell(ACT_AT, word);
  }

  hasActed(): boolean {
    return readFileSync(this.path).readUInt32LE(ACT_AT) === DONE;
  }

  tellToLeave(): void {
    this.#tell(LEAVE_AT, 1);
  }

  #tell(at: number, word: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(word);
    const fd = openSync(this.path, 'r+');
    writeSync(fd, bytes, 0, bytes.length, at);
    closeSync(fd);
  }

  /** In the order of the slots, each as its own namespace numbers it. */
  pidsWritten(): number[] {
    return this.#slots().map(({ pid }) => pid);
  }

  /** How many processes have begun to take part. */
  claimed(): number {
    const header = Buffer.alloc(4);
    const fd = openSync(this.path, 'r');
    readSync(fd, header, 0, header.length, 0);
    closeSync(fd);
    return header.readUInt32LE(0);
  }

  /** How many processes have taken part. */
  participants(): number {
    return this.#slots().length;
  }

  beats(): number {
    return this.#slots().reduce((sum, slot) => sum + slot.beats, 0);
  }

  /** The live ones, found in our own /proc: by what they wrote, or as copies of the program. */
  living(): ProcessIdentity[] {
    const wanted = new Set(this.#slots().map((slot) => `${slot.pid}@${slot.startTime}`));
    for (const pid of allPids()) {
      const line = processLine(pid);
      if (line === undefined) continue;
      const [own, ...inner] = namespacePids(pid).map((number) => wanted.has(`${number}@${line.startTime}`));
      // Pids of different namespaces may be the same, and so may the ticks at which their processes start.
      const wrote = own === true || (inner.includes(true) && mapsFile(pid, this.path) !== false);
      if (wrote || commandLine(pid)[1] === this.path) this.#seen.set(`${pid}@${line.startTime}`, { pid, startTime: line.startTime });
    }
    return [...this.#seen.values()].filter(isAlive);
  }
}
