// What a check says, and of what it is made. Pure.

import type { VerdictOutcome } from '../../../api/rollouts.ts';
import type { MeridianConfig } from '../../../regions/config.ts';
import type { Snapshot } from '../../metrics/snapshot.ts';
import type { Came, Refused } from '../visit-window.ts';

export interface Verdict {
  readonly outcome: VerdictOutcome;
  /** The figures that decided. */
  readonly words: string;
}

/** Connections that servers have ended by themselves, by region, since each server started. */
export type Ended = Readonly<Record<string, { readonly ended: number; readonly clients: number }>>;

/** What is known at a look. */
export interface Evidence {
  readonly config: MeridianConfig;
  /** Undefined if the collector did not answer. */
  readonly snapshot: Snapshot | undefined;
  /** Who came in the last looks, and of them since the last one. Undefined if that is not known. */
  readonly came: { readonly lately: readonly Came[]; readonly now: readonly Came[] } | undefined;
  /** Before the first step. */
  readonly refusedBefore: Refused;
  /** At the look before; undefined before the first. */
  readonly endedBefore: Ended | undefined;
  /** Of streams, what they lacked at the look before. */
  readonly lagsBefore: Readonly<Record<string, number>>;
  /** Whether a step has been made: before, nothing that is amiss is the rollout's doing. */
  readonly isBegun: boolean;
  /** The regions that a check watches if it names none. */
  readonly changed: readonly string[];
  readonly minSamples: number;
}

export const pass = (words: string): Verdict => ({ outcome: 'pass', words });
export const fail = (words: string): Verdict => ({ outcome: 'fail', words });
export const waiting = (words: string): Verdict => ({ outcome: 'waiting', words });
export const unknown = (words: string): Verdict => ({ outcome: 'unknown', words });

export const NO_COLLECTOR = unknown('the collector of metrics does not answer');

export function percent(share: number): string {
  return `${(share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)}%`;
}
