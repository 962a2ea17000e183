// The mesh as a whole, put together from what each region says of the links that it dials.

import type { LinkState } from '../mesh/link.ts';
import { pairsOf } from '../mesh/topology.ts';

/** What a region says of a link that it dials. */
export interface DialledLink {
  readonly peer: string;
  readonly state: LinkState;
  readonly since: number;
  readonly remade: number;
  readonly rttMs?: number;
  readonly bytes?: number;
}

/** One link of `GET /api/mesh`. */
export interface MeshLink {
  readonly a: string;
  readonly b: string;
  readonly state: LinkState;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly rttMs: number | null;
  /** null where no server says how many. */
  readonly bytes: number | null;
  readonly remade: number;
}

/** One link for every pair of regions; a pair of which one side sleeps is asleep, one that nobody knows is down. */
export function meshLinks(
  regions: readonly string[],
  states: ReadonlyMap<string, string>,
  dialled: ReadonlyMap<string, readonly DialledLink[]>,
  now: number,
): readonly MeshLink[] {
  return pairsOf(regions).map(({ a, b }) => {
    const link = dialled.get(a)?.find(({ peer }) => peer === b);
    const asleep = [a, b].some((region) => states.get(region) === 'asleep');
    return {
      a,
      b,
      state: asleep ? 'asleep' : (link?.state ?? 'down'),
      since: link?.since ?? now,
      rttMs: link?.rttMs ?? null,
      bytes: link?.bytes ?? null,
      remade: link?.remade ?? 0,
    };
  });
}
