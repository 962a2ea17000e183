// Only regions that are enabled and not drained. One that says itself that it drains comes last: that may be over since, as when
// regions are restarted one after the other, which only an attempt can show.

import type { Filter, RegionNow } from '../filter.ts';

type NotEnabled = { readonly filter: 'enabled' } & (
  | { readonly effect: 'drop'; readonly code: 'disabled' | 'draining' }
  | { readonly effect: 'demote'; readonly code: 'says-draining' }
);

const DISABLED: NotEnabled = { effect: 'drop', filter: 'enabled', code: 'disabled' };
const DRAINING: NotEnabled = { effect: 'drop', filter: 'enabled', code: 'draining' };
const SAYS_DRAINING: NotEnabled = { effect: 'demote', filter: 'enabled', code: 'says-draining' };

export const enabled: Filter<NotEnabled> = {
  name: 'enabled',
  alwaysOn: true,
  excludes: ({ enabled: isEnabled, drain }) => {
    if (!isEnabled) return 'disabled in the configuration';
    return drain ? 'drained in the configuration' : undefined;
  },
  forRegion: (region) => {
    if (!region.enabled) return () => DISABLED;
    return region.drain ? () => DRAINING : unlessDraining;
  },
  words: {
    disabled: () => 'disabled in the configuration',
    draining: () => 'draining: takes no new clients',
    'says-draining': () => 'last: draining, when it was last asked',
  },
};

/** The configuration may say that a region drains, or the region itself may report it. */
function unlessDraining({ observation }: RegionNow): NotEnabled | undefined {
  return observation?.state === 'draining' ? SAYS_DRAINING : undefined;
}
