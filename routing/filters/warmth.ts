// A sleeping region costs its first client a cold start. Spread over the round trips of a typical session, that makes
// the region count as farther: an awake region that is nearer than that serves better while this one wakes.

import { isExternal } from '../../regions/config.ts';
import type { Filter, FilterContext, RegionNow } from '../filter.ts';
import { signedMs } from '../milliseconds.ts';

interface Asleep {
  readonly effect: 'cost';
  readonly filter: 'warmth';
  readonly code: 'asleep';
  readonly ms: number;
}

export const warmth: Filter<Asleep> = {
  name: 'warmth',
  endsByWaking: true,
  forRegion: (region) => (isExternal(region) || region.keepAwake ? undefined : unlessAwake),
  words: { asleep: ({ ms }) => `${signedMs(ms)}: asleep, would have to start` },
};

function unlessAwake({ observation }: RegionNow, { routing }: FilterContext): Asleep | undefined {
  if (observation?.state !== 'asleep') return undefined;
  const { coldStartMs, coldStartRoundTrips } = routing;
  return { effect: 'cost', filter: 'warmth', code: 'asleep', ms: coldStartMs / coldStartRoundTrips };
}
