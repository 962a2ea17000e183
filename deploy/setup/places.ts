// The regions that can be added without knowing more than their names: one for each place where Cloudflare hosts objects
// (regions/hints.ts), as regions.json has them when it is checked out. Pure.

import type { Hint, Placement } from '../../regions/hints.ts';

export interface Place {
  readonly id: string;
  readonly name: string;
  readonly hint: Hint;
  readonly placement: readonly Placement[];
  readonly latitude: number;
  readonly longitude: number;
}

const place = (
  id: Hint,
  name: string,
  placement: readonly Placement[],
  [latitude, longitude]: readonly [number, number],
): Place => ({ id, name, hint: id, placement, latitude, longitude });

export const PLACES: readonly Place[] = [
  place('wnam', 'Western North America', ['WNAM'], [38.8, -112.5]),
  place('enam', 'Eastern North America', ['ENAM'], [36.3, -80.9]),
  place('weur', 'Western Europe', ['WEUR'], [46, -0.4]),
  place('eeur', 'Eastern Europe', ['EEUR'], [51.6, 13.6]),
  place('apac', 'Asia Pacific', ['APAC'], [27.1, 122.9]),
  place('oc', 'Oceania', ['OC', 'APAC'], [-34.5, 155.8]),
];
