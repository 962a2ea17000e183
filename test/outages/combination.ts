// What a run tests: how regions fail, how many, and which.

import { shuffle } from 'simple-statistics';
import { seededRandom } from '../../tools/simulate/random.ts';

/** `killed`: no host runs the server. `hung`: it takes connections and serves none. `full`: at `maxConnections`. */
export const OUTAGE_KINDS = ['killed', 'hung', 'full'] as const;

/** As seen from one city. */
export const WHERES = ['near', 'far', 'mixed'] as const;

export type OutageKind = (typeof OUTAGE_KINDS)[number];
export type Where = (typeof WHERES)[number];

export interface Combination {
  readonly kind: OutageKind;
  /** How many regions. */
  readonly k: number;
  readonly where: Where;
}

export interface Wanted {
  readonly kinds: readonly OutageKind[];
  readonly k: readonly number[];
  readonly where: readonly Where[];
}

export function combinationsOf({ kinds, k, where }: Wanted): readonly Combination[] {
  return kinds.flatMap((kind) =>
    where.flatMap((place) => k.map((count) => ({ kind, k: count, where: place }))),
  );
}

export function nameOf({ kind, k, where }: Combination): string {
  return `${kind}, ${k} ${{ near: 'nearest', far: 'farthest', mixed: 'anywhere' }[where]}`;
}

/**
 * The regions that fail.
 *
 * @param ranking all regions, nearest first
 * @param seed draws the same regions each time, where they may be anywhere
 */
export function affectedRegions(
  { k, where }: Pick<Combination, 'k' | 'where'>,
  ranking: readonly string[],
  seed: string,
): readonly string[] {
  switch (where) {
    case 'near':
      return ranking.slice(0, k);
    case 'far':
      return ranking.slice(-k);
    case 'mixed':
      return shuffle([...ranking], seededRandom(`${seed} ${k}`)).slice(0, k);
  }
}
