// An external region takes NATS clients and nothing else: a leaf node joins the regions' own mesh, MQTT's sessions and those
// of Meridian are kept there, and what has come through an external region already would go round in a circle.

import { isExternal } from '../../regions/config.ts';
import type { Filter, FilterContext, RegionNow } from '../filter.ts';

interface NotOurs {
  readonly effect: 'drop';
  readonly filter: 'external';
  readonly code: 'not-ours';
}

const NOT_OURS: NotOurs = { effect: 'drop', filter: 'external', code: 'not-ours' };

export const external: Filter<NotOurs> = {
  name: 'external',
  alwaysOn: true,
  forRegion: (region) => (isExternal(region) ? unlessClient : undefined),
  words: { 'not-ours': () => 'external: takes NATS clients only' },
};

function unlessClient(_region: RegionNow, { onlyOwn }: FilterContext): NotOurs | undefined {
  return onlyOwn ? NOT_OURS : undefined;
}
