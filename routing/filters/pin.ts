// Regions that the request asks for: preferred ones come first, a forced one is the only one.

import type { Filter } from '../filter.ts';

export const pin: Filter = {
  name: 'pin',
  concerns: () => true,
  apply: ({ region }, { preferred, forced }) => {
    if (forced !== undefined && forced !== region.id) {
      return { effect: 'drop', filter: 'pin', code: 'not-forced', forced };
    }
    const place = preferred.indexOf(region.id);
    return place < 0 ? undefined : { effect: 'prefer', filter: 'pin', code: 'asked-for', place };
  },
};
