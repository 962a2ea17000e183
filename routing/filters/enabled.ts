// Only regions that are enabled and not draining.

import type { Filter } from '../filter.ts';

export const enabled: Filter = {
  name: 'enabled',
  concerns: () => true,
  apply: ({ region, observation }) => {
    if (!region.config.enabled) return { effect: 'drop', filter: 'enabled', code: 'disabled' };
    if (region.config.drain || observation?.state === 'draining') {
      return { effect: 'drop', filter: 'enabled', code: 'draining' };
    }
    return undefined;
  },
};
