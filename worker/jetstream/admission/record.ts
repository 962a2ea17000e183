// What the Keeper knows of the JetStream servers and their streams, and what it sees of them. Types, and how they begin.

import type { Holdings } from './holdings.ts';

/**
 * - `empty`: no server runs, so its disk is empty
 * - `joining`: it was allowed to start, and does not hold everything yet
 * - `full`: it has held everything since it started
 */
export type MemberState = 'empty' | 'joining' | 'full';

export interface Member {
  readonly state: MemberState;
  /** ms since the epoch. */
  readonly since: number;
  /** What a joining one still lacks. */
  readonly lacks?: string;
}

/** A stream as it was last seen on a server that held everything. */
export interface KnownStream {
  readonly account: string;
  readonly stream: string;
  readonly created: string;
  readonly messages: number;
  readonly lastSeq: number;
  /** Names of the servers that it was on. */
  readonly servers: readonly string[];
}

/** What restoring after a loss came to. */
export interface Restored {
  /** ms since the epoch. */
  readonly at: number;
  /** How many are back. */
  readonly streams: number;
  /** What is lost for good, in words. */
  readonly problems: readonly string[];
  /** Streams that could not be restored, and why not. */
  readonly missing: readonly KnownStream[];
  readonly failures: readonly string[];
}

/**
 * No server holds the streams any more.
 *
 * - `deciding`: whether they can be restored is being found out
 * - `waiting`: an operator has to accept it, or bring a backup
 * - `forming`: the servers start empty, to be filled from the backup
 * - `restoring`: they are being filled
 * - `incomplete`: some could not be restored, which is tried again until an operator gives them up
 */
export interface Loss {
  readonly since: number;
  readonly phase: 'deciding' | 'waiting' | 'forming' | 'restoring' | 'incomplete';
  readonly streams: readonly KnownStream[];
  /** Of a waiting one: those that no backup has. Absent if the backups could not be read. */
  readonly unsaved?: readonly KnownStream[];
  /** Of a waiting one: why the backups could not be read. */
  readonly unreadable?: string;
  /** Of an incomplete one. */
  readonly failed?: Pick<Restored, 'missing' | 'failures'>;
}

export interface AdmissionRecord {
  /** Whether the servers have once elected a leader: from then on streams may exist. */
  readonly isFormed: boolean;
  /** By region. */
  readonly members: Readonly<Record<string, Member>>;
  readonly streams: readonly KnownStream[];
  readonly loss?: Loss;
  /** Streams that only servers held that have ended, while others go on: to be restored. */
  readonly orphans?: readonly KnownStream[];
  /** What came of the last loss. */
  readonly restored?: Restored;
}

/** What the Keeper sees of a region: what its server holds, that none runs, or nothing (it starts, hangs, is away). */
export type Sighting = Holdings | 'stopped' | undefined;

export const NEW_RECORD: AdmissionRecord = { isFormed: false, members: {}, streams: [] };
