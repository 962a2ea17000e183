// The dial: a region takes this percentage of its clients, always the same ones first, so turning it up only adds
// clients.

import { hashText, uniform } from '../client-hash.ts';
import type { Filter } from '../filter.ts';

interface DialledDown {
  readonly effect: 'drop';
  readonly filter: 'dial';
  readonly code: 'dialled-down';
  readonly percent: number;
  readonly onlySome?: true;
}

export const dial: Filter<DialledDown> = {
  name: 'dial',
  draws: true,
  excludes: (region) => (region.dial === 0 ? 'takes 0% of its clients (dial)' : undefined),
  forRegion: ({ id, dial: percent }) => {
    if (percent >= 100) return undefined;
    const seed = hashText(`dial ${id}`);
    const dialledDown: DialledDown = {
      effect: 'drop',
      filter: 'dial',
      code: 'dialled-down',
      percent,
      ...(percent > 0 && { onlySome: true }),
    };
    return (_region, { clientHash }) => (uniform(clientHash, seed) * 100 < percent ? undefined : dialledDown);
  },
  words: { 'dialled-down': ({ percent }) => `takes ${percent}% of its clients, and not this one` },
};
