// Only regions that are enabled and not draining.

import type { Filter, RegionNow } from '../filter.ts';

interface NotEnabled {
  readonly effect: 'drop';
  readonly filter: 'enabled';
  readonly code: 'disabled' | 'draining';
}

const DISABLED: NotEnabled = { effect: 'drop', filter: 'enabled', code: 'disabled' };
const DRAINING: NotEnabled = { effect: 'drop', filter: 'enabled', code: 'draining' };

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
  },
};

/** The configuration may say that a region drains, or the region itself may report it. */
function unlessDraining({ observation }: RegionNow): NotEnabled | undefined {
  return observation?.state === 'draining' ? DRAINING : undefined;
}
