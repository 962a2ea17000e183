// A gradual dial: a region takes so many percent of the clients, always the same ones first, so that turning it up
// only adds clients.

import { uniform } from '../client-hash.ts';
import type { Filter } from '../filter.ts';

export const dial: Filter = {
  name: 'dial',
  concerns: ({ dial: percent }) => percent < 100,
  apply: ({ region }, { clientHash }) => {
    const percent = region.config.dial;
    if (uniform(clientHash, region.dialSeed) * 100 < percent) return undefined;
    return { effect: 'drop', filter: 'dial', code: 'dialled-down', percent };
  },
};
