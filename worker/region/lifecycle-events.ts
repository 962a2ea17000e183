// The vocabulary of a region's life: what is kept of it, what may happen to it, and what it has done. All of it is data.

import type { DrainRecord } from './drain-record.ts';
import type { Stage } from './stages.ts';

/** What the configuration wants. */
export interface Wants {
  readonly enabled: boolean;
  readonly keepAwake: boolean;
  readonly jetstream: boolean;
}

export interface Lifecycle {
  readonly stage: Stage;
  /** Since when it is at this stage; milliseconds since the epoch. */
  readonly since: number;
  readonly wants: Wants;
  /** Starts in a row since a server last ran for long enough. */
  readonly restarts: number;
  /** When the last drain began, as far as this object knows. */
  readonly lastDrainAt: number;
}

export type LifecycleEvent =
  /** A client is at the door. */
  | { readonly kind: 'client' }
  /** Somebody asks for the server to run. */
  | { readonly kind: 'wake' }
  /**
   * The region's configuration has come, maybe not for the first time. `drain` says what is new of its drain: that it
   * begins, or ends; undefined where nothing is.
   */
  | {
      readonly kind: 'configured';
      readonly wants: Wants;
      readonly drain: boolean | undefined;
      readonly settleSeconds: number;
    }
  /** The start that was commanded has led to a server that takes clients, or has not. */
  | { readonly kind: 'started' }
  | { readonly kind: 'start-failed'; readonly problem: string }
  | { readonly kind: 'ended'; readonly exitCode: number }
  /** The pause that was commanded before a restart is over. */
  | { readonly kind: 'restart-due'; readonly attempt: number }
  | { readonly kind: 'drain'; readonly settleSeconds: number }
  | { readonly kind: 'undrain' }
  /** The next step of a drain is due, by the schedule that this very drain made. */
  | { readonly kind: 'drain-due'; readonly begunAt: number | undefined }
  | { readonly kind: 'halt' }
  /** No client has come for `sleepAfter`. */
  | { readonly kind: 'activity-expired' }
  /** The count that was commanded; undefined when the server did not answer. */
  | { readonly kind: 'clients-counted'; readonly clients: number | undefined }
  /** The server was looked at, and answered in time, maybe as one in lame duck mode; or it did not. */
  | { readonly kind: 'answered'; readonly isClosing: boolean }
  | { readonly kind: 'unanswered' };

export type Command =
  /** Keep this, or nothing, as what a new object finds. */
  | { readonly kind: 'store'; readonly record: DrainRecord | undefined }
  /** Start the server, and say `started` or `start-failed`. Never given while a start is under way. */
  | { readonly kind: 'start' }
  /** Tell the server to end, with whoever is connected. May come more than once. */
  | { readonly kind: 'stop' }
  /** End the server by force. */
  | { readonly kind: 'destroy' }
  | { readonly kind: 'become-lame-duck' }
  /** Make the links to other regions, or forget them: their connections went with the server. */
  | { readonly kind: 'mesh-up' }
  | { readonly kind: 'mesh-down' }
  /** Look at the server for as long as it runs, and say each time whether it `answered`. */
  | { readonly kind: 'watch' }
  /** Ask the server now, and say `clients-counted`. */
  | { readonly kind: 'count-clients' }
  /** Say `drain-due` then. Takes the place of whatever a drain has scheduled before. */
  | { readonly kind: 'schedule-drain'; readonly afterSeconds: number; readonly begunAt: number | undefined }
  /** Say `restart-due` after a pause that grows with the attempt. */
  | { readonly kind: 'restart-after'; readonly attempt: number };

/** What an event changes: at the least nothing. */
export type Change = Partial<Pick<Lifecycle, 'stage' | 'wants' | 'restarts' | 'lastDrainAt'>> & {
  readonly commands?: readonly Command[];
};
