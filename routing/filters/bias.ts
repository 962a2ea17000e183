// A factor on the estimate, which moves the border between a region and its neighbours. Part of the filter `estimate`,
// with incumbent.ts: two effects that correct the estimate itself.

import type { Filter } from '../filter.ts';
import { signedMs } from '../milliseconds.ts';

interface Bias {
  readonly effect: 'cost';
  readonly filter: 'estimate';
  readonly code: 'bias';
  readonly factor: number;
  readonly ms: number;
}

export const bias: Filter<Bias> = {
  name: 'estimate',
  alwaysOn: true,
  forRegion: ({ bias: factor }) => {
    if (factor === 1) return undefined;
    return ({ estimate }) => {
      const ms = estimate.finalMs * (factor - 1);
      return { effect: 'cost', filter: 'estimate', code: 'bias', factor, ms };
    };
  },
  words: { bias: ({ ms, factor }) => `${signedMs(ms)}: bias ${factor}` },
};
