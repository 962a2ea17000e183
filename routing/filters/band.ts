// Clients for whom several regions are about equally good are shared between them by weight.
//
// Each client draws a number for each region, the same one every time, and the region counts as farther by up to
// `bandMs` accordingly. Regions with equal estimates then get clients in proportion to their weights (the least of
// independent exponential variables with rates w is the first with probability w1 / (w1 + w2 + ...), and
// 1 - exp(-x) keeps their order while it bounds them); a region that is `bandMs` farther gets none; in between it
// falls gradually. A hard edge would move clients between two regions when a third one is added.

import { hashText, uniform } from '../client-hash.ts';
import type { Filter } from '../filter.ts';
import { signedMs } from '../milliseconds.ts';

/** The weight that a region has when none is configured. */
const USUAL_WEIGHT = 100;

interface Share {
  readonly effect: 'cost';
  readonly filter: 'band';
  readonly code: 'share';
  readonly weight: number;
  readonly ms: number;
}

export const band: Filter<Share> = {
  name: 'band',
  draws: true,
  forRegion: ({ id, weight }, { bandMs }) => {
    if (bandMs === 0) return undefined;
    const seed = hashText(`share ${id}`);
    return (_region, { clientHash }) => {
      const ms = bandMs * (1 - (1 - uniform(clientHash, seed)) ** (USUAL_WEIGHT / weight));
      return { effect: 'cost', filter: 'band', code: 'share', weight, ms };
    };
  },
  words: { share: ({ ms, weight }) => `${signedMs(ms)}: share of weight ${weight}` },
};
