// Only regions that are enabled and not draining.

import type { Filter } from '../filter.ts';

interface NotEnabled {
  readonly effect: 'drop';
  readonly filter: 'enabled';
  readonly code: 'disabled' | 'draining';
}

export const enabled: Filter<NotEnabled> = {
  name: 'enabled',
  forRegion:
    (region) =>
    ({ observation }) => {
      if (!region.enabled) return { effect: 'drop', filter: 'enabled', code: 'disabled' };
      if (region.drain || observation?.state === 'draining') {
        return { effect: 'drop', filter: 'enabled', code: 'draining' };
      }
      return undefined;
    },
  words: {
    disabled: () => 'disabled in the configuration',
    draining: () => 'draining: takes no new clients',
  },
};
