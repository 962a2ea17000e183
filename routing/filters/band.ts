// Clients for whom several regions are about equally good are shared between them by weight.
//
// Each client draws a number for each region, the same one every time, and the region counts as farther by up to
// `bandMs` accordingly. Regions with equal estimates then get clients in proportion to their weights (of independent
// exponential variables with rates w, the first is the lowest with probability w1 / (w1 + w2 + ...), and 1 - exp(-x)
// bounds them without changing their order). A region that is `bandMs` farther gets none; in between the share falls
// gradually. With a hard edge, adding a third region would move clients between the other two.

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
