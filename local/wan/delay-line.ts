// One direction of a connection across the world: bytes come out unchanged, after a delay. How many are on their way
// is bounded; a source that sends more is paused, as a TCP window would do.

import type { Readable, Writable } from 'node:stream';

/** What a path of 1 Gbit/s and a quarter of a second holds. */
const MAX_BYTES_UNDER_WAY = 32 * 1024 * 1024;

interface Parcel {
  readonly bytes: Buffer;
  /** By `performance.now()`. */
  readonly dueMs: number;
}

export class DelayLine {
  /** One way, ms. May grow while bytes are on their way, but not shrink: later bytes would overtake earlier ones. */
  delayMs = 0;
  readonly #source: Readable;
  readonly #destination: Writable;
  readonly #underWay: Parcel[] = [];
  #bytesUnderWay = 0;
  #timer: NodeJS.Timeout | undefined;
  #isEnding = false;
  /** The destination accepts nothing more until it has drained. */
  #isStuck = false;

  /** The caller passes on what the source reads (`send`, `end`); the line itself only pauses and resumes the source. */
  constructor(source: Readable, destination: Writable) {
    this.#source = source;
    this.#destination = destination;
    destination.on('drain', () => {
      this.#isStuck = false;
      this.#deliver();
    });
    destination.once('close', () => this.#stop());
  }

  send(bytes: Buffer): void {
    this.#underWay.push({ bytes, dueMs: performance.now() + this.delayMs });
    this.#bytesUnderWay += bytes.length;
    if (this.#bytesUnderWay > MAX_BYTES_UNDER_WAY) this.#source.pause();
    this.#deliver();
  }

  /** Ends the destination once everything has arrived there. */
  end(): void {
    this.#isEnding = true;
    this.#deliver();
  }

  #deliver(): void {
    const now = performance.now();
    let parcel = this.#underWay[0];
    while (parcel !== undefined && parcel.dueMs <= now && !this.#isStuck) {
      this.#underWay.shift();
      this.#bytesUnderWay -= parcel.bytes.length;
      this.#isStuck = !this.#destination.write(parcel.bytes);
      parcel = this.#underWay[0];
    }
    if (this.#bytesUnderWay <= MAX_BYTES_UNDER_WAY && this.#source.isPaused()) this.#source.resume();
    if (parcel === undefined) {
      if (this.#isEnding) this.#destination.end();
    } else if (!this.#isStuck) this.#waitUntil(parcel.dueMs - now);
  }

  #waitUntil(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#deliver();
    }, Math.ceil(ms));
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#underWay.length = 0;
  }
}
