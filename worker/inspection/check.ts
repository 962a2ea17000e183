// A check of a running cluster, and what it is given: types, and how findings are made.

import type { Finding } from '../../api/inspection.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import type { Snapshot } from '../metrics/snapshot.ts';

export interface Inspected {
  readonly config: MeridianConfig;
  /** With details. */
  readonly snapshot: Snapshot;
}

/** Pure: the same is found in the same. A check that finds nothing passes. */
export interface Check {
  readonly code: string;
  /** What should be so. */
  readonly name: string;
  readonly find: (inspected: Inspected) => readonly Finding[];
}

/** @param region null if it is about no single one */
type MakeFinding = (region: string | null, what: string, fix: string) => Finding;

const maker =
  (outcome: Finding['outcome']): MakeFinding =>
  (region, what, fix) => ({ outcome, region, what, fix });

export const fail = maker('fail');
export const warn = maker('warn');
/** What could not be looked at: never taken for good. */
export const unknown = maker('unknown');

/** Such as `3 links`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
