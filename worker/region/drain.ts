// Where a region is on its way out of service. Kept in the object's storage: a drain goes on over resets of the
// object, and a drained region stays down until it is asked back.

/**
 * - `settling`: takes no new clients; Workers that do not know yet are turned away
 * - `lame-duck`: the server has been told, and tells its clients to go
 * - `drained`: the server has ended, and is not started again
 */
export type DrainPhase = 'settling' | 'lame-duck' | 'drained';

export interface DrainRecord {
  readonly phase: DrainPhase;
  /** Since when it is in this phase; milliseconds since the epoch. */
  readonly since: number;
  /** Taken back after the signal: the server is started anew once it has ended. */
  readonly startAgain: boolean;
}

/** Where the record is kept: the object's `storage.kv` is one. */
export interface DrainStorage {
  get(key: string): DrainRecord | undefined;
  put(key: string, record: DrainRecord): void;
  delete(key: string): boolean;
}

const KEY = 'drain';

export class Drain {
  readonly #storage: DrainStorage;
  #record: DrainRecord | undefined;

  constructor(storage: DrainStorage) {
    this.#storage = storage;
    this.#record = storage.get(KEY);
  }

  get phase(): DrainPhase | undefined {
    return this.#record?.phase;
  }

  /** Begins, where it hasn't yet. Without a running server there is nothing to wait for. */
  begin(isRunning: boolean, now: number): void {
    if (this.#record === undefined) this.#enter(isRunning ? 'settling' : 'drained', now);
    else if (this.#record.startAgain) this.#keep({ ...this.#record, startAgain: false });
  }

  /** The server has been sent the signal: from here on there is no way back but through its end. */
  signalled(now: number): void {
    this.#enter('lame-duck', now);
  }

  /** The server has ended. True when it is to be started again. */
  ended(now: number): boolean {
    if (this.#record?.startAgain) {
      this.#clear();
      return true;
    }
    this.#enter('drained', now);
    return false;
  }

  /** Takes the drain back. Says whether service goes on at once, or only after the server has ended. */
  cancel(): 'at-once' | 'after-the-end' {
    if (this.#record?.phase === 'lame-duck') {
      this.#keep({ ...this.#record, startAgain: true });
      return 'after-the-end';
    }
    this.#clear();
    return 'at-once';
  }

  #enter(phase: DrainPhase, since: number): void {
    this.#keep({ phase, since, startAgain: false });
  }

  #keep(record: DrainRecord): void {
    this.#record = record;
    this.#storage.put(KEY, record);
  }

  #clear(): void {
    this.#record = undefined;
    this.#storage.delete(KEY);
  }
}
