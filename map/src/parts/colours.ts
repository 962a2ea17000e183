// The colour of each region, the same as in reports of load tests.

import { colourOfRegion } from '../../../loadtest/world-map/region-look.ts';

/** @param configured ids, in the order of the configuration */
export function colourOf(id: string, configured: readonly string[]): string {
  return colourOfRegion(id, configured);
}
