// The vocabulary of a region's lifecycle: its state, the events that may happen, and the commands. All of it is data.

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
  /** Since when it has been at this stage; milliseconds since the epoch. */
  readonly since: number;
  readonly wants: Wants;
  /** Consecutive starts since a server last ran for long enough. */
  readonly restarts: number;
  /** When the last drain began, as far as this object knows. */
  readonly lastDrainAt: number;
}

export type LifecycleEvent =
  /** A client wants to connect. */
  | { readonly kind: 'client' }
  /** Someone asks for the server to run. */
  | { readonly kind: 'wake' }
  /**
   * The region's configuration has arrived, perhaps not for the first time. `drain` says what is new about its drain:
   * true if it begins, false if it ends, undefined if nothing is new.
   */
  | {
      readonly kind: 'configured';
      readonly wants: Wants;
      readonly drain: boolean | undefined;
      readonly settleSeconds: number;
    }
  /** The start must wait, since an empty JetStream server could do harm; or it need not any longer. */
  | { readonly kind: 'must-wait'; readonly why: string }
  | { readonly kind: 'admitted' }
  /** Clients must not come yet, though the server is up; or they may. */
  | { readonly kind: 'held' }
  | { readonly kind: 'released' }
  /** The commanded start has produced a server, or has failed. `isHeld`: clients must not come yet. */
  | { readonly kind: 'started'; readonly isHeld: boolean }
  | { readonly kind: 'start-failed'; readonly problem: string }
  | { readonly kind: 'ended'; readonly exitCode: number }
  /** The pause that was commanded before a restart is over. */
  | { readonly kind: 'restart-due'; readonly attempt: number }
  | { readonly kind: 'drain'; readonly settleSeconds: number }
  | { readonly kind: 'undrain' }
  /** The next step of a drain is due, as scheduled by this same drain. */
  | { readonly kind: 'drain-due'; readonly begunAt: number | undefined }
  | { readonly kind: 'halt' }
  /** No client has connected for `sleepAfter`. */
  | { readonly kind: 'activity-expired' }
  /** The result of the commanded count; undefined if the server did not answer. */
  | { readonly kind: 'clients-counted'; readonly clients: number | undefined }
  /** A look at the server was answered in time (`isClosing`: it is in lame duck mode), or was not. */
  | { readonly kind: 'answered'; readonly isClosing: boolean }
  | { readonly kind: 'unanswered' };

export type Command =
  /** Store this record for a new object to find, or delete it if undefined. */
  | { readonly kind: 'store'; readonly record: DrainRecord | undefined }
  /** Start the server, then report `started` or `start-failed`. Never given while a start is under way. */
  | { readonly kind: 'start' }
  /** Tell the server to stop, even with clients connected. May be given more than once. */
  | { readonly kind: 'stop' }
  /** Stop the server by force. */
  | { readonly kind: 'destroy' }
  | { readonly kind: 'become-lame-duck' }
  /** Establish the links to other regions, or forget them: their connections ended with the server. */
  | { readonly kind: 'mesh-up' }
  | { readonly kind: 'mesh-down' }
  /** Look at the server regularly while it runs, and report each time whether it `answered`. */
  | { readonly kind: 'watch' }
  /** Ask the server now, then report `clients-counted`. */
  | { readonly kind: 'count-clients' }
  /** Report `drain-due` after that time. Replaces whatever a drain has scheduled before. */
  | { readonly kind: 'schedule-drain'; readonly afterSeconds: number; readonly begunAt: number | undefined }
  /** Report `restart-due` after a pause that grows with each attempt. */
  | { readonly kind: 'restart-after'; readonly attempt: number };

/** What an event changes: possibly nothing. */
export type Change = Partial<Pick<Lifecycle, 'stage' | 'wants' | 'restarts' | 'lastDrainAt'>> & {
  readonly commands?: readonly Command[];
};
