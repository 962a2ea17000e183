// What is stored of a region's drain, so that it goes on over resets of the object and a drained region stays down
// until it is asked back. docs/storage.md has the format; objects in production have records of it.

/**
 * - `settling`: takes no new clients; Workers that do not know yet are turned away
 * - `lame-duck`: the server has been told, and tells its clients to go
 * - `drained`: the server has ended or is about to, and is not started again
 */
export type DrainPhase = 'settling' | 'lame-duck' | 'drained';

export interface DrainRecord {
  readonly phase: DrainPhase;
  /** Since when it is in this phase; milliseconds since the epoch. */
  readonly since: number;
  /** Taken back after the signal: the server is started anew once it has ended. */
  readonly startAgain: boolean;
  /** When the drain began, which tells it from any other. Earlier versions stored none. */
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
