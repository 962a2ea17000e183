// The regions' objects as stand-ins, as bindings: their own classes need containers.

import { bindingNameOf } from '../../../regions/names.ts';
import checkedIn from '../../../regions/regions.json' with { type: 'json' };
import type { RegionMethods } from '../../../worker/region/region-stub.ts';

/** A binding for each region of the checked-in configuration, with the methods that `regionOf` gives it. */
export function regionBindings(regionOf: (id: string) => Partial<RegionMethods>): Record<string, unknown> {
  return Object.fromEntries(
    checkedIn.regions.map(({ id }) => [bindingNameOf(id), { getByName: () => regionOf(id) }]),
  );
}
