// What is stored about a region's drain, so that it survives resets of the object and a drained region stays down
// until it is undrained. docs/storage.md has the format; objects in production hold such records.

/**
 * - `settling`: takes no new clients; those sent by Workers that do not know yet are refused
 * - `lame-duck`: the server has been told, and tells its clients to reconnect
 * - `drained`: the server has stopped or is about to, and is not restarted
 */
export type DrainPhase = 'settling' | 'lame-duck' | 'drained';

export interface DrainRecord {
  readonly phase: DrainPhase;
  /** Since when it has been in this phase; milliseconds since the epoch. */
  readonly since: number;
  /** Taken back after the signal: the server is restarted once it has stopped. */
  readonly startAgain: boolean;
  /** When the drain began, which distinguishes it from any other. Earlier versions did not store this. */
  readonly begunAt?: number;
}

/** Key of the record in the object's `storage.kv`. */
export const DRAIN_KEY = 'drain';

export function isSameRecord(one: DrainRecord | undefined, other: DrainRecord | undefined): boolean {
  return (
    one?.phase === other?.phase &&
    one?.since === other?.since &&
    one?.startAgain === other?.startAgain &&
    one?.begunAt === other?.begunAt
  );
}
