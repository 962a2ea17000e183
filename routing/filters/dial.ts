// The dial: a region takes this percentage of its clients, always the same ones first, so turning it up only adds
// clients.

import { hashText, uniform } from '../client-hash.ts';
import type { Filter } from '../filter.ts';

interface DialledDown {
  readonly effect: 'drop';
  readonly filter: 'dial';
  readonly code: 'dialled-down';
  readonly percent: number;
}

export const dial: Filter<DialledDown> = {
  name: 'dial',
  draws: true,
  forRegion: ({ id, dial: percent }) => {
    if (percent >= 100) return undefined;
    const seed = hashText(`dial ${id}`);
    return (_region, { clientHash }) => {
      if (uniform(clientHash, seed) * 100 < percent) return undefined;
      return { effect: 'drop', filter: 'dial', code: 'dialled-down', percent };
    };
  },
  words: { 'dialled-down': ({ percent }) => `takes ${percent}% of its clients, and not this one` },
};
