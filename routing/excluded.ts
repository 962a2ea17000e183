// What keeps every client from a region until its configuration changes, whatever state the region is in.

import type { AnyRegion } from '../regions/config.ts';
import type { AnyFilter, RoutingConfig } from './filter.ts';
import { FILTERS } from './filters/all.ts';

/** The reason, as text; undefined if the configuration lets some clients in. */
export function whyExcluded(region: AnyRegion, routing: Pick<RoutingConfig, 'off'>): string | undefined {
  const off: readonly string[] = [...routing.off, ...region.off];
  const filters: readonly AnyFilter[] = FILTERS;
  for (const { name, alwaysOn, excludes } of filters) {
    const reason = alwaysOn || !off.includes(name) ? excludes?.(region) : undefined;
    if (reason !== undefined) return reason;
  }
  return undefined;
}
