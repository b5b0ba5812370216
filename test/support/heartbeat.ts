// Reads what test/fixtures/heartbeat.c writes: which processes took part, and how often they beat.

import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

import { allPids, commandLine, isAlive, namespacePids, processLine, type ProcessIdentity } from './proc.js';

const HEADER_BYTES = 16;
const OVER_AT = 4;
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
    const fd = openSync(this.path, 'r+');
    writeSync(fd, new Uint8Array([1]), 0, 1, OVER_AT);
    closeSync(fd);
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
      const wrote = namespacePids(pid).some((inner) => wanted.has(`${inner}@${line.startTime}`));
      if (wrote || commandLine(pid)[1] === this.path) this.#seen.set(`${pid}@${line.startTime}`, { pid, startTime: line.startTime });
    }
    return [...this.#seen.values()].filter(isAlive);
  }
}
